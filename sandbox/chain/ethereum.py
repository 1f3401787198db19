"""Ethereum mainnet for the sandbox: the real addresses, with invented prices.

Addresses are those of public token lists, Chainlink's feed directory, explorer labels and the
projects' deployment pages, so that what the product knows about them applies. The prices are the
sandbox's own: made up.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox.chain.hostile import hostile_tokens
from sandbox.chain.spec import ChainSpec, FeedSpec, NoiseSpec, TokenSpec, WalletSpec
from sandbox.chain.transaction import GWEI

TOKENS = (
    TokenSpec(
        "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
        "WETH",
        "Wrapped Ether",
        18,
        Decimal(3412),
        "ETH",
    ),
    TokenSpec(
        "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "USDC", "USD Coin", 6, Decimal("1.0001")
    ),
    TokenSpec(
        "0xdAC17F958D2ee523a2206206994597C13D831ec7", "USDT", "Tether USD", 6, Decimal("0.9998")
    ),
    TokenSpec(
        "0x6B175474E89094C44Da98b954EedeAC495271d0F", "DAI", "Dai Stablecoin", 18, Decimal("1.0002")
    ),
    TokenSpec(
        "0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599",
        "WBTC",
        "Wrapped BTC",
        8,
        Decimal(91250),
        "BTC",
    ),
    TokenSpec(
        "0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf",
        "cbBTC",
        "Coinbase Wrapped BTC",
        8,
        Decimal(91280),
        "BTC",
    ),
    TokenSpec(
        "0x4c9EDD5852cd905f086C759E8383e09bff1E68B3", "USDe", "Ethena USDe", 18, Decimal("1.0003")
    ),
    TokenSpec(
        "0xdC035D45d973E3EC169d2276DDab16f1e407384F",
        "USDS",
        "USDS Stablecoin",
        18,
        Decimal("1.0001"),
    ),
    TokenSpec(
        "0x6c3ea9036406852006290770BEdFcAbA0e23A0e8", "PYUSD", "PayPal USD", 6, Decimal("0.9999")
    ),
    TokenSpec(
        "0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84",
        "stETH",
        "Liquid staked Ether 2.0",
        18,
        Decimal(3409),
        "STETH",
    ),
    TokenSpec(
        "0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0",
        "wstETH",
        "Wrapped Liquid Staked Ether 2.0",
        18,
        Decimal(4090),
        "ETH",
    ),
    TokenSpec(
        "0xCd5fE23C85820F7B72D0926FC9b05b43E359b7ee",
        "weETH",
        "Wrapped eETH",
        18,
        Decimal(3650),
        "ETH",
    ),
    TokenSpec(
        "0x514910771AF9Ca656af840dff83E8264EcF986CA", "LINK", "ChainLink Token", 18, Decimal("17.4")
    ),
    TokenSpec("0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984", "UNI", "Uniswap", 18, Decimal("9.1")),
    TokenSpec("0x7Fc66500c84A76Ad7e9c93437bFc5Ac33E2DDaE9", "AAVE", "Aave", 18, Decimal(248)),
    TokenSpec("0x5A98FcBEA516Cf06857215779Fd812CA3beF1B32", "LDO", "Lido DAO", 18, Decimal("1.12")),
    TokenSpec(
        "0xD533a949740bb3306d119CC777fa900bA034cd52", "CRV", "Curve DAO Token", 18, Decimal("0.61")
    ),
    TokenSpec("0x57e114B691Db790C35207b2e685D4A43181e6061", "ENA", "Ethena", 18, Decimal("0.42")),
    TokenSpec(
        "0xfAbA6f8e4a5E8Ab82F62fe7C39859FA577269BE3", "ONDO", "Ondo Finance", 18, Decimal("0.71")
    ),
    TokenSpec(
        "0x6982508145454Ce325dDbE47a25d4ec3d2311933", "PEPE", "Pepe", 18, Decimal("0.0000094")
    ),
    TokenSpec(
        "0x95aD61b0a150d79219dCF64E1E6Cc01f0B64C4cE", "SHIB", "Shiba Inu", 18, Decimal("0.0000121")
    ),
    TokenSpec(
        "0xaaeE1A9723aaDB7afA2810263653A34bA2C21C7a", "MOG", "Mog Coin", 18, Decimal("0.00000042")
    ),
    TokenSpec(
        "0xA35923162C49cF95e6BF26623385eb431ad920D3", "TURBO", "Turbo", 18, Decimal("0.0021")
    ),
    TokenSpec(
        "0xcf0C122c6b73ff809C693DB761e7BaeBe62b6a2E", "FLOKI", "FLOKI", 9, Decimal("0.000071")
    ),
    TokenSpec(
        "0x056Fd409E1d7A124BD7017459dFEa2F387b6d5Cd", "GUSD", "Gemini Dollar", 2, Decimal("1.0")
    ),
)

FEEDS = (
    FeedSpec("0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419", "ETH / USD", Decimal(3412), 3600),
    FeedSpec("0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c", "BTC / USD", Decimal(91300), 3600),
    FeedSpec("0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6", "USDC / USD", Decimal("1.0001"), 82800),
    FeedSpec("0x3E7d1eAB13ad0104d2750B8863b489D65364e32D", "USDT / USD", Decimal("0.9998"), 86400),
    FeedSpec("0xAed0c38402a5d19df6E4c03F4E2DceD6e29c1ee9", "DAI / USD", Decimal("1.0002"), 3600),
    FeedSpec("0xa569d910839Ae8865Da8F8e70FfFb0cBA869F961", "USDe / USD", Decimal("1.0003"), 82800),
    FeedSpec("0xfF30586cD0F29eD462364C7e81375FC0C71219b1", "USDS / USD", Decimal("1.0001"), 82800),
    FeedSpec("0x8f1dF6D7F2db73eECE86a18b4381F4707b918FB1", "PYUSD / USD", Decimal("0.9999"), 86400),
    FeedSpec("0xCfE54B5cD566aB89272946F602D76Ea879CAb4a8", "STETH / USD", Decimal(3409), 3600),
    FeedSpec("0x2c1d072e956AFFC0D435Cb7AC38EF18d24d9127c", "LINK / USD", Decimal("17.4"), 3600),
    FeedSpec("0x553303d460EE0afB37EdFf9bE42922D8FF63220e", "UNI / USD", Decimal("9.1"), 3600),
    FeedSpec("0x547a514d5e3769680Ce22B2361c10Ea13619e8a9", "AAVE / USD", Decimal(248), 3600),
    FeedSpec("0xCd627aA160A6fA45Eb793D19Ef54f5062F20f33f", "CRV / USD", Decimal("0.61"), 86400),
    FeedSpec("0x2665701293fCbEB223D11A08D826563EDcCE423A", "cbBTC / USD", Decimal(91280), 86400),
    FeedSpec("0x14e613AC84a31f709eadbdF89C6CC390fDc9540A", "BNB / USD", Decimal(884), 86400),
)

WALLETS = (
    WalletSpec("0x5754284f345afc66a98fbB0a0Afe71e0F007B949", "Tether: Treasury"),
    WalletSpec("0xBE0eB53F46cd790Cd13851d5EFf43D12404d33E8", "Binance 7"),
    WalletSpec("0xF977814e90dA44bFA03b6295A0616a897441aceC", "Binance 8"),
    WalletSpec("0x28C6c06298d514Db089934071355E5743bf21d60", "Binance 14"),
    WalletSpec("0x21a31Ee1afC51d94C2eFcCAa2092aD1028285549", "Binance 15"),
    WalletSpec("0xDFd5293D8e347dFe59E90eFd55b2956a1343963d", "Binance 16"),
    WalletSpec("0x71660c4005BA85c37ccec55d0C4493E66Fe775d3", "Coinbase 1"),
    WalletSpec("0x503828976D22510aad0201ac7EC88293211D23Da", "Coinbase 2"),
    WalletSpec("0xA9D1e08C7793af67e9d92fe308d5697FB81d3E43", "Coinbase 10"),
    WalletSpec("0x267be1C1D684F78cb4F6a176C4911b741E4Ffdc0", "Kraken 4"),
    WalletSpec("0xA83B11093c858c86321FBc4c20FE82cdbd58E09E", "Kraken 14"),
    WalletSpec("0x6cC5F688a315f3dC28A7781717a9A798a59fDA7b", "OKX 1"),
    WalletSpec("0x5041ed759Dd4aFc3a72b8192C143F72f4724081A", "OKX 7"),
    WalletSpec("0xf89d7b9c864f589bbF53a82105107622B35EaA40", "Bybit 5"),
    WalletSpec("0x77134cbC06cB00b66F4c7e623D5fdBF6777635EC", "Bitfinex Hot Wallet"),
    WalletSpec("0x742d35Cc6634C0532925a3b844Bc454e4438f44e", "Bitfinex 2"),
    WalletSpec("0xe59Cd29be3BE4461d79C0881D238Cbe87D64595A", "KuCoin 7"),
    WalletSpec("0x0D0707963952f2fBA59dD06f2b425ace40b492Fe", "Gate.io 1"),
    WalletSpec("0x46340b20830761efd32832A74d7169B29FEB9758", "Crypto.com 2"),
    WalletSpec("0x5f65f7b609678448494De4C87521CdF6cEf1e932", "Gemini 4"),
    WalletSpec("0x8315177aB297bA92A06054cE80a67Ed4DBd7ed3a", "Arbitrum: Bridge"),
)

ROUTERS = (
    "0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D",
    "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45",
    "0x66a9893cC07D91D95644AEDD05D03f95e1dBA8Af",
    "0x111111125421cA6dc452d289314280a0f8842A65",
)


def ethereum_spec(
    *, block_time: float = 12.0, noise: NoiseSpec | None = None, start_number: int = 23_900_000
) -> ChainSpec:
    """Ethereum mainnet, chain id 1; `block_time` in seconds."""
    return ChainSpec(
        name="ethereum",
        chain_id=1,
        block_time=block_time,
        native_symbol="ETH",
        native_usd=Decimal(3412),
        wrapped_native="0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
        multicall3="0xcA11bde05977b3631167028862bE2a173976CA11",
        tokens=TOKENS,
        feeds=FEEDS,
        wallets=WALLETS,
        routers=ROUTERS,
        start_number=start_number,
        gas_limit=30_000_000,
        base_fee=2 * GWEI,
        priority_fee=GWEI // 2,
        safe_depth=32,
        finalized_depth=64,
        consensus="beacon",
        spam=hostile_tokens(1),
        noise=noise or NoiseSpec(transactions=200),
    )
