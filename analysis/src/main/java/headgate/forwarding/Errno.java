package headgate.forwarding;

/// What a route lookup answers, named as in errno(3); [#NONE] is success.
public enum Errno {
    NONE,

    /// A blackhole; to `ip route get` also every martian and every failed source validation.
    EINVAL,

    EHOSTUNREACH,
    EACCES,
    ENETUNREACH,

    /// To `ip -6 route get` every multicast destination of a received packet.
    EMSGSIZE,

    /// This table has no answer: the next rule is asked.
    EAGAIN
}
