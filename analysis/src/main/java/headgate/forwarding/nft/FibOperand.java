package headgate.forwarding.nft;

import headgate.forwarding.NetDevice;
import headgate.forwarding.conntrack.NfPacket;

/// `fib …`: what the routing tables say of an address of the packet (kernel: `nft_fib4_eval`,
/// `nft_fib4_eval_type`, and those of IPv6).
final class FibOperand extends Operand {
    enum Result {
        TYPE,
        OIF,
        OIFNAME,
        PRESENT
    }

    /// @param source whether the source address is asked for
    /// @param input whether the answer is restricted to the input device
    /// @param output likewise, the output device
    /// @param mark whether the packet's mark counts
    record Question(boolean source, boolean input, boolean output, boolean mark) {}

    private final Question question;
    private final Result result;

    FibOperand(Question question, Result result) {
        this.question = question;
        this.result = result;
    }

    /// Whether there is such a route at all; nft of before 1.1 prints the same question with a
    /// boolean for its answer.
    FibOperand presence() {
        return new FibOperand(question, Result.PRESENT);
    }

    @Override
    Datatype type() {
        return switch (result) {
            case TYPE -> Datatype.FIB_ADDR;
            case OIF -> Datatype.IFACE_INDEX;
            case OIFNAME -> Datatype.IFNAME;
            case PRESENT -> Datatype.BOOLEAN;
        };
    }

    @Override
    int load(Evaluation e, int at) {
        NfPacket packet = e.packet;
        if (packet.family != NfPacket.IPV4 && packet.family != NfPacket.IPV6) {
            return ABSENT;
        }
        NetDevice device =
                question.input ? packet.input() : question.output ? packet.output() : null;
        if (result == Result.TYPE) {
            int type = e.routes.addressType(packet, question.source, device);
            if (type == RouteQuestions.UNKNOWN) {
                return e.unknown("the type of an address that a rule asks the routes for");
            }
            e.set(at, type);
            return OK;
        }
        int index = e.routes.outputIndex(packet, question.source, device, question.mark);
        if (index == RouteQuestions.UNKNOWN || result == Result.OIFNAME) {
            return e.unknown("the device that a rule asks the routes for");
        }
        e.set(at, result == Result.OIF ? index : index > 0 ? 1 : 0);
        return OK;
    }
}
