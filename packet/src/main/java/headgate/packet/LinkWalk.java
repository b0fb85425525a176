package headgate.packet;

import headgate.packet.DecodeError.Limit;

/// The link layers that few captures have. Those of nearly all captures are in [FrameDecoder].
final class LinkWalk {
    /// Of IEEE 802.11: the frame check sequence at the end.
    private static final int FRAME_CHECK_SEQUENCE = 4;

    private final FrameDecoder decoder;
    private final TunnelWalk tunnels;
    private final ArcnetView arcnet = new ArcnetView();
    private final CiscoHdlcView ciscoHdlc = new CiscoHdlcView();
    private final FrameRelayView frameRelay = new FrameRelayView();
    private final FddiView fddi = new FddiView();
    private final TokenRingView tokenRing = new TokenRingView();
    private final Ieee80211View ieee80211 = new Ieee80211View();
    private final RadiotapView radiotap = new RadiotapView();
    private final PpiView ppi = new PpiView();
    private final PktapView pktap = new PktapView();
    private final NflogView nflog = new NflogView();
    private final IpoibView ipoib = new IpoibView();
    private final IpnetView ipnet = new IpnetView();

    LinkWalk(FrameDecoder decoder, TunnelWalk tunnels) {
        this.decoder = decoder;
        this.tunnels = tunnels;
    }

    /// Decodes a frame of this link type from `offset` on; what is not known is payload.
    void decode(Frame frame, int linkType, int offset) {
        switch (linkType) {
            case LinkType.ETHERNET -> tunnels.ethernet(frame, offset);
            case LinkType.RAW, LinkType.ATM_CLIP -> tunnels.byVersion(frame, offset);
            case LinkType.PPP, LinkType.PPP_HDLC -> pppOrCiscoHdlc(frame, offset);
            case LinkType.PPP_ETHER -> tunnels.pppoe(frame, offset);
            case LinkType.ATM_RFC1483 -> tunnels.llc(frame, offset);
            case LinkType.CISCO_HDLC -> ciscoHdlc(frame, offset);
            case LinkType.FRAME_RELAY -> frameRelay(frame, offset);
            case LinkType.FDDI -> fddi(frame, offset);
            case LinkType.TOKEN_RING -> tokenRing(frame, offset);
            case LinkType.ARCNET_BSD -> arcnet(frame, offset, false);
            case LinkType.ARCNET_LINUX -> arcnet(frame, offset, true);
            case LinkType.IEEE802_11 -> ieee80211(frame, offset, false);
            case LinkType.IEEE802_11_RADIOTAP -> radiotap(frame, offset);
            case LinkType.PPI -> ppi(frame, offset);
            case LinkType.PKTAP -> pktap(frame, offset);
            case LinkType.NFLOG -> nflog(frame, offset);
            case LinkType.IPOIB -> ipoib(frame, offset);
            case LinkType.IPNET -> ipnet(frame, offset);
            default -> decoder.payload(frame, offset);
        }
    }

    /// Cisco HDLC has an address that PPP never has.
    private void pppOrCiscoHdlc(Frame frame, int offset) {
        int address =
                decoder.present(frame, offset) > 0
                        ? NetworkOrder.u8(frame.bytes, frame.start + offset)
                        : 0;
        if (address == CiscoHdlcView.UNICAST || address == CiscoHdlcView.MULTICAST) {
            ciscoHdlc(frame, offset);
        } else {
            tunnels.ppp(frame, offset);
        }
    }

    private void ciscoHdlc(Frame frame, int offset) {
        Check check = ciscoHdlc.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (isRead(frame, check, Layer.CISCO_HDLC, offset, CiscoHdlcView.HEADER_LENGTH)) {
            int next = offset + CiscoHdlcView.HEADER_LENGTH;
            decoder.network(frame, ciscoHdlc.protocol(), next);
        }
    }

    private void frameRelay(Frame frame, int offset) {
        Check check = frameRelay.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (check == Check.BAD_LENGTH) {
            // An address that does not end within its four bytes.
            decoder.payload(frame, offset);
        } else if (isRead(frame, check, Layer.FRAME_RELAY, offset, frameRelay.headerLength())) {
            etherType(frame, frameRelay.etherType(), offset + frameRelay.headerLength());
        }
    }

    private void etherType(Frame frame, int etherType, int offset) {
        if (etherType < 0) {
            decoder.payload(frame, offset);
        } else {
            decoder.network(frame, etherType, offset);
        }
    }

    private void fddi(Frame frame, int offset) {
        Check check = fddi.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (isRead(frame, check, Layer.FDDI, offset, FddiView.HEADER_LENGTH)) {
            llc(frame, fddi.isLlc(), offset + FddiView.HEADER_LENGTH);
        }
    }

    private void tokenRing(Frame frame, int offset) {
        Check check = tokenRing.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (isRead(frame, check, Layer.TOKEN_RING, offset, tokenRing.headerLength())) {
            llc(frame, tokenRing.isLlc(), offset + tokenRing.headerLength());
        }
    }

    private void llc(Frame frame, boolean isLlc, int offset) {
        if (isLlc) {
            tunnels.llc(frame, offset);
        } else {
            decoder.payload(frame, offset);
        }
    }

    private void arcnet(Frame frame, int offset, boolean isLinux) {
        Check check = arcnet.wrap(frame.bytes, frame.start + offset, decoder.limit(frame), isLinux);
        if (isRead(frame, check, Layer.ARCNET, offset, arcnet.headerLength())) {
            int next = offset + arcnet.headerLength();
            etherType(frame, arcnet.isWhole() ? arcnet.etherType() : -1, next);
        }
    }

    private void radiotap(Frame frame, int offset) {
        Check check = radiotap.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (isRead(frame, check, Layer.RADIOTAP, offset, radiotap.headerLength())) {
            int next = offset + radiotap.headerLength();
            if (radiotap.hasFrameCheckSequence()) {
                decoder.endBefore(frame, FRAME_CHECK_SEQUENCE, next);
            }
            ieee80211(frame, next, radiotap.hasDataPadding());
        }
    }

    void wirelessInTunnel(Frame frame, int offset) {
        long limit = decoder.limit(frame);
        Check check = ieee80211.wrapTunnelled(frame.bytes, frame.start + offset, limit);
        ieee80211(frame, check, offset, false);
    }

    private void ieee80211(Frame frame, int offset, boolean isPadded) {
        Check check = ieee80211.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        ieee80211(frame, check, offset, isPadded);
    }

    private void ieee80211(Frame frame, Check check, int offset, boolean isPadded) {
        if (isRead(frame, check, Layer.IEEE_802_11, offset, ieee80211.headerLength())) {
            int length = ieee80211.headerLength();
            int padded = isPadded ? length + 3 & ~3 : length;
            if (decoder.present(frame, offset) < padded) {
                decoder.fail(frame, Check.TRUNCATED, Layer.IEEE_802_11, offset, padded);
            } else {
                llc(frame, ieee80211.isLlc(), offset + padded);
            }
        }
    }

    private void ppi(Frame frame, int offset) {
        Check check = ppi.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (isRead(frame, check, Layer.PPI, offset, ppi.headerLength())) {
            decode(frame, ppi.linkType(), offset + ppi.headerLength());
        }
    }

    private void pktap(Frame frame, int offset) {
        Check check = pktap.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (isRead(frame, check, Layer.PKTAP, offset, pktap.headerLength())) {
            int next = offset + pktap.headerLength();
            if (pktap.isPacket()) {
                decode(frame, pktap.linkType(), next);
            } else {
                decoder.payload(frame, next);
            }
        }
    }

    private void nflog(Frame frame, int offset) {
        Check check = nflog.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (isRead(frame, check, Layer.NFLOG, offset, NflogView.HEADER_LENGTH)) {
            int first = offset + NflogView.HEADER_LENGTH;
            if (nflog.payloadOffset() == 0 && decoder.isCut(frame)) {
                int needed = decoder.present(frame, first) + 1;
                decoder.fail(frame, Check.TRUNCATED, Layer.NFLOG, first, needed);
                return;
            }
            if (nflog.payloadOffset() == 0) {
                decoder.payload(frame, first);
                return;
            }
            int packet = offset + nflog.payloadOffset();
            int end = packet + nflog.payloadLength();
            decoder.endAt(frame, end, Limit.NFLOG_LENGTH, Layer.NFLOG, offset);
            etherType(frame, nflog.etherType(), packet);
        }
    }

    private void ipoib(Frame frame, int offset) {
        Check check = ipoib.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (isRead(frame, check, Layer.IPOIB, offset, IpoibView.HEADER_LENGTH)) {
            decoder.network(frame, ipoib.etherType(), offset + IpoibView.HEADER_LENGTH);
        }
    }

    private void ipnet(Frame frame, int offset) {
        Check check = ipnet.wrap(frame.bytes, frame.start + offset, decoder.limit(frame));
        if (isRead(frame, check, Layer.IPNET, offset, IpnetView.HEADER_LENGTH)) {
            etherType(frame, ipnet.etherType(), offset + IpnetView.HEADER_LENGTH);
        }
    }

    /// Notes a header that was read, or what was wrong with it.
    private boolean isRead(Frame frame, Check check, Layer layer, int offset, int needed) {
        if (check == Check.OK) {
            if (frame.addLayer(layer, offset)) {
                return true;
            }
            decoder.payload(frame, offset);
        } else if (check == Check.BAD_LENGTH) {
            // PPI, PKTAP and radiotap say how long they are: `needed` is less than they need.
            int own = Math.max(0, needed);
            decoder.fail(frame, check, layer, offset, own + 1, own, Limit.HEADER_LENGTH);
        } else {
            decoder.fail(frame, check, layer, offset, needed);
        }
        return false;
    }
}
