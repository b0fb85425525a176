package headgate.forwarding.nft;

/// `rt mtu`: the largest TCP segment that fits the way out and the way back (kernel: `get_tcpmss`).
final class MaximumSegment extends Operand {
    @Override
    Datatype type() {
        return Datatype.number(16);
    }

    @Override
    int load(Evaluation e, int at) {
        int size = e.routes.maximumSegment(e.packet);
        if (size == RouteQuestions.UNKNOWN) {
            return e.unknown("which segments fit the packet's routes");
        }
        e.set(at, size);
        return OK;
    }
}
