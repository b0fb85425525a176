package headgate.forwarding.nft;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the rules of a rule set read from packets again and again: each such thing is loaded once
/// for all rules of a chain that ask for it.
final class Fields {
    /// What is read beyond these is loaded each time.
    static final int MOST = 64;

    private final Map<Object, Integer> numbers = new HashMap<>();
    private final List<Operand> operands = new ArrayList<>();

    /// The number of the field that the operand reads; -1 if it is none.
    int of(Operand operand) {
        Object source = operand.source();
        if (source == null) {
            return -1;
        }
        Integer known = numbers.get(source);
        if (known != null || operands.size() == MOST) {
            return known == null ? -1 : known;
        }
        numbers.put(source, operands.size());
        operands.add(operand);
        return operands.size() - 1;
    }

    Operand[] operands() {
        return operands.toArray(Operand[]::new);
    }
}
