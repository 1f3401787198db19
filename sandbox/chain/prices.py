"""The sandbox's market: what things cost in US dollars when it opens. All of it is made up."""

from __future__ import annotations

from decimal import Decimal

_TABLE = """
ETH 3412       WETH 3412      USDC 1.0001    USDT 0.9998    BTC 91300      WBTC 91250
BTCB 91300     BNB 884        WBNB 884       POL 0.24       MATIC 0.24     WMATIC 0.24
AVAX 18.6      WAVAX 18.6     DAI 1.0002     LINK 17.4      ARB 0.31       OP 0.42
CBBTC 91280    USDE 1.0003    USDS 1.0001    PYUSD 0.9999   FDUSD 0.9995   USDC.E 0.9997
STETH 3409     WSTETH 4090    WEETH 3650     CBETH 3730     UNI 9.1        AAVE 248
LDO 1.12       CRV 0.61       ENA 0.42       ONDO 0.71      PEPE 0.0000094 SHIB 0.0000121
MOG 0.00000042 TURBO 0.0021   FLOKI 0.000071 GUSD 1.0       CAKE 2.85      DOGE 0.178
XRP 2.21       ADA 0.58       TWT 1.05       XVS 6.4        AERO 1.14      VIRTUAL 1.35
GMX 14.2       JOE 0.16       QI 0.006       PENDLE 4.4     MORPHO 1.9     ZRO 1.7
1INCH 0.22     APE 0.48       ATOM 3.9       BAL 0.93       BCH 490        BUSD 0.9994
COMP 41        CRVUSD 0.9996  CVX 2.4        DOT 3.3        EURC 1.16      FET 0.33
FIL 1.9        FRAX 0.9989    FXS 1.3        GHO 0.9991     GRT 0.065      IMX 0.41
INJ 8.2        KNC 0.31       LBTC 91200     LTC 92         LUSD 1.0005    MANA 0.22
MKR 1490       PAXG 4010      RLUSD 0.9997   RPL 4.1        SAND 0.21      SKY 0.061
SNX 0.94       SOL 187        SUSDE 1.19     SUSHI 0.55     TBTC 91100     TUSD 0.9981
USD1 0.9996    WLFI 0.14      YFI 4900
"""

PRICES = {
    symbol: Decimal(usd)
    for symbol, usd in zip(_TABLE.split()[::2], _TABLE.split()[1::2], strict=True)
}
"""By symbol in capitals; what people trade most stands first."""

SOMETHING = Decimal("12.5")
"""What has a price on the chain and none here."""

LEADERS = {"WSTETH": "ETH", "WEETH": "ETH", "CBETH": "ETH", "CBBTC": "BTC", "LBTC": "BTC"}
"""Whose moves a price shares that no feed of the chain leads."""
