package headgate.flow.app;

/// The protected packets of RFC 9001 appendix A.2 and A.3 and of RFC 9369 appendix A.2: a
/// ClientHello for example.com, padded to 1200 bytes, and a ServerHello.
final class QuicSamples {
    static final byte[] CLIENT_INITIAL_V1 =
            Said.hex(
                    """
                    c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123
                    dc9bd8bab936b47d92ec356c0bab7df5976d27cd449f63300099f3991c260ec4c60d17b3
                    1f8429157bb35a1282a643a8d2262cad67500cadb8e7378c8eb7539ec4d4905fed1bee1f
                    c8aafba17c750e2c7ace01e6005f80fcb7df621230c83711b39343fa028cea7f7fb5ff89
                    eac2308249a02252155e2347b63d58c5457afd84d05dfffdb20392844ae812154682e9cf
                    012f9021a6f0be17ddd0c2084dce25ff9b06cde535d0f920a2db1bf362c23e596d11a4f5
                    a6cf3948838a3aec4e15daf8500a6ef69ec4e3feb6b1d98e610ac8b7ec3faf6ad760b7ba
                    d1db4ba3485e8a94dc250ae3fdb41ed15fb6a8e5eba0fc3dd60bc8e30c5c4287e53805db
                    059ae0648db2f64264ed5e39be2e20d82df566da8dd5998ccabdae053060ae6c7b4378e8
                    46d29f37ed7b4ea9ec5d82e7961b7f25a9323851f681d582363aa5f89937f5a67258bf63
                    ad6f1a0b1d96dbd4faddfcefc5266ba6611722395c906556be52afe3f565636ad1b17d50
                    8b73d8743eeb524be22b3dcbc2c7468d54119c7468449a13d8e3b95811a198f3491de3e7
                    fe942b330407abf82a4ed7c1b311663ac69890f4157015853d91e923037c227a33cdd5ec
                    281ca3f79c44546b9d90ca00f064c99e3dd97911d39fe9c5d0b23a229a234cb36186c481
                    9e8b9c5927726632291d6a418211cc2962e20fe47feb3edf330f2c603a9d48c0fcb5699d
                    bfe5896425c5bac4aee82e57a85aaf4e2513e4f05796b07ba2ee47d80506f8d2c25e50fd
                    14de71e6c418559302f939b0e1abd576f279c4b2e0feb85c1f28ff18f58891ffef132eef
                    2fa09346aee33c28eb130ff28f5b766953334113211996d20011a198e3fc433f9f254101
                    0ae17c1bf202580f6047472fb36857fe843b19f5984009ddc324044e847a4f4a0ab34f71
                    9595de37252d6235365e9b84392b061085349d73203a4a13e96f5432ec0fd4a1ee65accd
                    d5e3904df54c1da510b0ff20dcc0c77fcb2c0e0eb605cb0504db87632cf3d8b4dae6e705
                    769d1de354270123cb11450efc60ac47683d7b8d0f811365565fd98c4c8eb936bcab8d06
                    9fc33bd801b03adea2e1fbc5aa463d08ca19896d2bf59a071b851e6c239052172f296bfb
                    5e72404790a2181014f3b94a4e97d117b438130368cc39dbb2d198065ae3986547926cd2
                    162f40a29f0c3c8745c0f50fba3852e566d44575c29d39a03f0cda721984b6f440591f35
                    5e12d439ff150aab7613499dbd49adabc8676eef023b15b65bfc5ca06948109f23f350db
                    82123535eb8a7433bdabcb909271a6ecbcb58b936a88cd4e8f2e6ff5800175f113253d8f
                    a9ca8885c2f552e657dc603f252e1a8e308f76f0be79e2fb8f5d5fbbe2e30ecadd220723
                    c8c0aea8078cdfcb3868263ff8f0940054da48781893a7e49ad5aff4af300cd804a6b627
                    9ab3ff3afb64491c85194aab760d58a606654f9f4400e8b38591356fbf6425aca26dc852
                    44259ff2b19c41b9f96f3ca9ec1dde434da7d2d392b905ddf3d1f9af93d1af5950bd493f
                    5aa731b4056df31bd267b6b90a079831aaf579be0a39013137aac6d404f518cfd4684064
                    7e78bfe706ca4cf5e9c5453e9f7cfd2b8b4c8d169a44e55c88d4a9a7f9474241e221af44
                    860018ab0856972e194cd934
                    """);

    static final byte[] CLIENT_INITIAL_V2 =
            Said.hex(
                    """
                    d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de80
                    6071bf03dceebfa162e75d6c96058bdbfb127cdfcbf903388e99ad049f9a3dd4425ae4d0
                    992cfff18ecf0fdb5a842d09747052f17ac2053d21f57c5d250f2c4f0e0202b70785b794
                    6e992e58a59ac52dea6774d4f03b55545243cf1a12834e3f249a78d395e0d18f4d766004
                    f1a2674802a747eaa901c3f10cda5500cb9122faa9f1df66c392079a1b40f0de1c605419
                    6a11cbea40afb6ef5253cd6818f6625efce3b6def6ba7e4b37a40f7732e093daa7d52190
                    935b8da58976ff3312ae50b187c1433c0f028edcc4c2838b6a9bfc226ca4b4530e7a4cce
                    e1bfa2a3d396ae5a3fb512384b2fdd851f784a65e03f2c4fbe11a53c7777c023462239dd
                    6f7521a3f6c7d5dd3ec9b3f233773d4b46d23cc375eb198c63301c21801f6520bcfb7966
                    fc49b393f0061d974a2706df8c4a9449f11d7f3d2dcbb90c6b877045636e7c0c0fe4eb0f
                    697545460c806910d2c355f1d253bc9d2452aaa549e27a1fac7cf4ed77f322e8fa894b6a
                    83810a34b361901751a6f5eb65a0326e07de7c1216ccce2d0193f958bb3850a833f7ae43
                    2b65bc5a53975c155aa4bcb4f7b2c4e54df16efaf6ddea94e2c50b4cd1dfe06017e0e9d0
                    2900cffe1935e0491d77ffb4fdf85290fdd893d577b1131a610ef6a5c32b2ee0293617a3
                    7cbb08b847741c3b8017c25ca9052ca1079d8b78aebd47876d330a30f6a8c6d61dd1ab55
                    89329de714d19d61370f8149748c72f132f0fc99f34d766c6938597040d8f9e2bb522ff9
                    9c63a344d6a2ae8aa8e51b7b90a4a806105fcbca31506c446151adfeceb51b91abfe4396
                    0977c87471cf9ad4074d30e10d6a7f03c63bd5d4317f68ff325ba3bd80bf4dc8b52a0ba0
                    31758022eb025cdd770b44d6d6cf0670f4e990b22347a7db848265e3e5eb72dfe8299ad7
                    481a408322cac55786e52f633b2fb6b614eaed18d703dd84045a274ae8bfa73379661388
                    d6991fe39b0d93debb41700b41f90a15c4d526250235ddcd6776fc77bc97e7a417ebcb31
                    600d01e57f32162a8560cacc7e27a096d37a1a86952ec71bd89a3e9a30a2a26162984d77
                    40f81193e8238e61f6b5b984d4d3dfa033c1bb7e4f0037febf406d91c0dccf32acf423cf
                    a1e7071010d3f270121b493ce85054ef58bada42310138fe081adb04e2bd901f2f13458b
                    3d6758158197107c14ebb193230cd1157380aa79cae1374a7c1e5bbcb80ee23e06ebfde2
                    06bfb0fcbc0edc4ebec309661bdd908d532eb0c6adc38b7ca7331dce8dfce39ab71e7c32
                    d318d136b6100671a1ae6a6600e3899f31f0eed19e3417d134b90c9058f8632c798d4490
                    da4987307cba922d61c39805d072b589bd52fdf1e86215c2d54e6670e07383a27bbffb5a
                    ddf47d66aa85a0c6f9f32e59d85a44dd5d3b22dc2be80919b490437ae4f36a0ae55edf1d
                    0b5cb4e9a3ecabee93dfc6e38d209d0fa6536d27a5d6fbb17641cde27525d61093f1b280
                    72d111b2b4ae5f89d5974ee12e5cf7d5da4d6a31123041f33e61407e76cffcdcfd7e19ba
                    58cf4b536f4c4938ae79324dc402894b44faf8afbab35282ab659d13c93f70412e85cb19
                    9a37ddec600545473cfb5a05e08d0b209973b2172b4d21fb69745a262ccde96ba18b2faa
                    745b6fe189cf772a9f84cbfc
                    """);

    static final byte[] SERVER_INITIAL_V1 =
            Said.hex(
                    """
                    cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b639
                    4100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7
                    684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06ed
                    bb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee
                    """);

    private QuicSamples() {}
}
