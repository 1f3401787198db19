"""BNB Smart Chain for the sandbox: the real addresses, with invented prices.

Addresses are those of public token lists, Chainlink's feed directory, explorer labels and the
projects' deployment pages, so that what the product knows about them applies. The prices are the
sandbox's own: made up. Heartbeats too: no public source gives them for this chain.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox.chain.hostile import hostile_tokens
from sandbox.chain.spec import ChainSpec, FeedSpec, NoiseSpec, TokenSpec, WalletSpec
from sandbox.chain.transaction import GWEI

TOKENS = (
    TokenSpec(
        "0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c",
        "WBNB",
        "Wrapped BNB",
        18,
        Decimal(884),
        "BNB",
    ),
    TokenSpec(
        "0x55d398326f99059fF775485246999027B3197955", "USDT", "Tether USD", 18, Decimal("0.9998")
    ),
    TokenSpec(
        "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d", "USDC", "USD Coin", 18, Decimal("1.0001")
    ),
    TokenSpec(
        "0x7130d2A12B9BCbFAe4f2634d864A1Ee1Ce3Ead9c",
        "BTCB",
        "BTCB Token",
        18,
        Decimal(91300),
        "BTC",
    ),
    TokenSpec(
        "0x2170Ed0880ac9A755fd29B2688956BD959F933F8", "ETH", "Ethereum Token", 18, Decimal(3412)
    ),
    TokenSpec(
        "0x1AF3F329e8BE154074D8769D1FFa4eE058B1DBc3", "DAI", "Dai Token", 18, Decimal("1.0002")
    ),
    TokenSpec(
        "0xc5f0f7b66764F6ec8C8Dff7BA683102295E16409",
        "FDUSD",
        "First Digital USD",
        18,
        Decimal("0.9995"),
    ),
    TokenSpec(
        "0xF8A0BF9cF54Bb92F17374d9e9A321E6a111a51bD", "LINK", "ChainLink Token", 18, Decimal("17.4")
    ),
    TokenSpec(
        "0x0E09FaBB73Bd3Ade0a17ECC321fD13a19e81cE82",
        "Cake",
        "PancakeSwap Token",
        18,
        Decimal("2.85"),
        "CAKE",
    ),
    TokenSpec(
        "0xbA2aE424d960c26247Dd6c32edC70B295c744C43", "DOGE", "Dogecoin", 8, Decimal("0.178")
    ),
    TokenSpec(
        "0x1D2F0da169ceB9fC7B3144628dB156f3F6c60dBE", "XRP", "XRP Token", 18, Decimal("2.21")
    ),
    TokenSpec(
        "0x3EE2200Efb3400fAbB9AacF31297cBdD1d435D47", "ADA", "Cardano Token", 18, Decimal("0.58")
    ),
    TokenSpec(
        "0x4B0F1812e5Df2A09796481Ff14017e6005508003", "TWT", "Trust Wallet", 18, Decimal("1.05")
    ),
    TokenSpec("0xcF6BB5389c92Bdda8a3747Ddb454cB7a64626C63", "XVS", "Venus", 18, Decimal("6.4")),
    TokenSpec(
        "0xfb5B838b6cfEEdC2873aB27866079AC55363D37E", "FLOKI", "FLOKI", 9, Decimal("0.000071")
    ),
    TokenSpec(
        "0x25d887Ce7a35172C62FeBFD67a1856F20FaEbB00", "PEPE", "Pepe", 18, Decimal("0.0000094")
    ),
)

FEEDS = (
    FeedSpec("0x0567F2323251f0Aab15c8dFb1967E4e8A7D42aeE", "BNB / USD", Decimal(884), 900),
    FeedSpec("0x264990fbd0A4796A3E3d8E37C4d5F87a3aCa5Ebf", "BTC / USD", Decimal(91300), 900),
    FeedSpec("0x9ef1B8c0E4F7dc8bF5719Ea496883DC6401d5b2e", "ETH / USD", Decimal(3412), 900),
    FeedSpec("0xB97Ad0E74fa7d920791E90258A6E2085088b4320", "USDT / USD", Decimal("0.9998"), 900),
    FeedSpec("0x51597f405303C4377E36123cBc172b13269EA163", "USDC / USD", Decimal("1.0001"), 900),
    FeedSpec("0x132d3C0B1D2cEa0BC552588063bdBb210FDeecfA", "DAI / USD", Decimal("1.0002"), 900),
    FeedSpec("0x390180e80058A8499930F0c13963AD3E0d86Bfc9", "FDUSD / USD", Decimal("0.9995"), 900),
    FeedSpec("0xca236E327F629f9Fc2c30A4E95775EbF0B89fac8", "LINK / USD", Decimal("17.4"), 900),
    FeedSpec("0xB6064eD41d4f67e353768aA239cA86f4F73665a1", "CAKE / USD", Decimal("2.85"), 900),
    FeedSpec("0x3AB0A0d137D4F946fBB19eecc6e92E64660231C8", "DOGE / USD", Decimal("0.178"), 900),
    FeedSpec("0x93A67D414896A280bF8FFB3b389fE3686E014fda", "XRP / USD", Decimal("2.21"), 900),
    FeedSpec("0xa767f745331D267c7751297D982b050c93985627", "ADA / USD", Decimal("0.58"), 900),
    FeedSpec("0xBF63F430A79D4036A5900C19818aFf1fa710f206", "XVS / USD", Decimal("6.4"), 900),
)

WALLETS = (
    WalletSpec("0xF977814e90dA44bFA03b6295A0616a897441aceC", "Binance 8"),
    WalletSpec("0x8894E0a0c962CB723c1976a4421c95949bE2D4E3", "Binance 51"),
    WalletSpec("0x01C952174C24E1210d26961D456A77A39e1F0BB0", "Binance 52"),
    WalletSpec("0xf92402bB795Fd7CD08fb83839689DB79099C8c9C", "Binance Hot 1"),
    WalletSpec("0xEB2d2F1b8c558a40207669291Fda468E50c8A0bB", "Binance Withdrawals 1"),
    WalletSpec("0xdccF3B77dA55107280bd850ea519DF3705D1a75a", "Binance Withdrawals 2"),
    WalletSpec("0xf89d7b9c864f589bbF53a82105107622B35EaA40", "Bybit 5"),
    WalletSpec("0x5041ed759Dd4aFc3a72b8192C143F72f4724081A", "OKX 7"),
    WalletSpec("0xe59Cd29be3BE4461d79C0881D238Cbe87D64595A", "KuCoin 7"),
    WalletSpec("0x0D0707963952f2fBA59dD06f2b425ace40b492Fe", "Gate.io 1"),
    WalletSpec("0xEFDca55e4bCE6c1d535cb2D0687B5567eEF2AE83", "Huobi 1"),
    WalletSpec("0x4727250679294802377dD6cA6541B8E459077c95", "FixedFloat: Hot Wallet"),
)

ROUTERS = (
    "0x10ED43C718714eb63d5aA57B78B54704E256024E",
    "0x13f4EA83D0bd40E75C8222255bc855a974568Dd4",
    "0x111111125421cA6dc452d289314280a0f8842A65",
)


def bsc_spec(
    *, block_time: float = 0.45, noise: NoiseSpec | None = None, start_number: int = 68_000_000
) -> ChainSpec:
    """BNB Smart Chain, chain id 56; `block_time` in seconds."""
    return ChainSpec(
        name="bsc",
        chain_id=56,
        block_time=block_time,
        native_symbol="BNB",
        native_usd=Decimal(884),
        wrapped_native="0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c",
        multicall3="0xcA11bde05977b3631167028862bE2a173976CA11",
        tokens=TOKENS,
        feeds=FEEDS,
        wallets=WALLETS,
        routers=ROUTERS,
        start_number=start_number,
        gas_limit=55_000_000,
        base_fee=0,
        priority_fee=GWEI // 20,
        safe_depth=1,
        finalized_depth=2,
        consensus="parlia",
        spam=hostile_tokens(56),
        noise=noise or NoiseSpec(transactions=120),
    )
