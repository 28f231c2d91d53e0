"""When values come out: days from the end of a period to the publication of its value."""

from __future__ import annotations

NYFED_LAGS = {
    "PAYEMS": 5, "JTSJOL": 40, "CPIAUCSL": 16, "DGORDER": 26, "HSN1F": 24, "RSAFS": 14, "UNRATE": 5, "HOUST": 18,
    "INDPRO": 15, "PPIFIS": 14, "DSPIC96": 30, "BOPTEXP": 35, "BOPTIMP": 35, "WHLSLRIMSA": 44, "TTLCONS": 32, "IR": 13,
    "CPILFESL": 16, "PCEPILFE": 30, "PCEPI": 30, "PERMIT": 18, "TCU": 15, "BUSINV": 44, "IQ": 13,
    "GACDISA066MSFRBNY": -15, "PCEC96": 30, "GACDFSA066MSFRBPHI": -13, "GDPC1": 28, "ULCNFB": 37, "A261RX1Q020SBEA": 58,
}  # fmt: skip
"""Series of the New York Fed's panel: medians over its vintages from June to December 2016, by the day on which a
month's value first appears.  Surveys come out before their month ends."""
