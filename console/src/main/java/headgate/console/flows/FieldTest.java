package headgate.console.flows;

import headgate.flow.FlowRecord;
import headgate.packet.IpAddress;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/// What an operator and a value ask of a field, by its type.
final class FieldTest {
    private static final Map<String, BigDecimal> MULTIPLES =
            units("k", "1e3", "M", "1e6", "G", "1e9", "T", "1e12");
    private static final Map<String, BigDecimal> SECONDS =
            units("ns", "1e-9", "us", "1e-6", "ms", "1e-3", "s", "1", "min", "60", "h", "3600");

    private static final int NANOS_DIGITS = 9;

    private FieldTest() {}

    private static Map<String, BigDecimal> units(String... namesAndSizes) {
        var units = new TreeMap<String, BigDecimal>();
        for (int i = 0; i < namesAndSizes.length; i += 2) {
            units.put(namesAndSizes[i], new BigDecimal(namesAndSizes[i + 1]));
        }
        return units;
    }

    static Predicate<FlowRecord> isThere(FlowField field) {
        return record -> field.value().apply(record) != null;
    }

    /// The test; false of what is not there.
    ///
    /// @throws IllegalArgumentException if such a field cannot be compared so
    static Predicate<FlowRecord> of(FlowField field, String operator, String value) {
        if (operator.equals("~")) {
            String part = value.toLowerCase(Locale.ROOT);
            return record -> contains(field.value().apply(record), part);
        }
        if (field.isOrdered()) {
            return amount(field, operator, value);
        }
        if (!operator.equals("=") && !operator.equals("==")) {
            throw new IllegalArgumentException(
                    field.name() + " has no order: '" + operator + "' asks nothing of it");
        }
        return switch (field.type()) {
            case ADDRESS -> address(field, Network.parse(value));
            case LIST ->
                    record ->
                            field.value().apply(record) instanceof List<?> several
                                    && several.stream()
                                            .anyMatch(one -> value.equals(one.toString()));
            case NAMED_TEXTS ->
                    record ->
                            field.value().apply(record) instanceof Map<?, ?> named
                                    && named.values().stream()
                                            .anyMatch(texts -> ((List<?>) texts).contains(value));
            case FLAG -> {
                boolean wanted = flag(value);
                yield record -> Boolean.valueOf(wanted).equals(field.value().apply(record));
            }
            case TEXT, NUMBER, SECONDS -> record -> value.equals(field.value().apply(record));
        };
    }

    private static boolean contains(Object value, String part) {
        return switch (value) {
            case null -> false;
            case Map<?, ?> named -> named.values().stream().anyMatch(one -> contains(one, part));
            case List<?> several -> several.stream().anyMatch(one -> contains(one, part));
            case BigDecimal number -> number.toPlainString().contains(part);
            case Object text -> text.toString().toLowerCase(Locale.ROOT).contains(part);
        };
    }

    private static boolean flag(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("'" + value + "': true or false");
        };
    }

    private static Predicate<FlowRecord> address(FlowField field, Network network) {
        return record -> network.contains((IpAddress) field.value().apply(record));
    }

    // ---- Amounts ----

    private static Predicate<FlowRecord> amount(FlowField field, String operator, String value) {
        BigDecimal limit =
                field.type() == FlowField.Type.SECONDS
                        ? seconds(value)
                        : quantity(value, MULTIPLES);
        IntPredicate holds =
                switch (operator) {
                    case "<" -> order -> order < 0;
                    case "<=" -> order -> order <= 0;
                    case ">" -> order -> order > 0;
                    case ">=" -> order -> order >= 0;
                    default -> order -> order == 0;
                };
        return record -> {
            BigDecimal amount = FlowField.decimal(field.value().apply(record));
            return amount != null && holds.test(amount.compareTo(limit));
        };
    }

    /// Of seconds, of a number with a unit, or of an RFC 3339 time.
    private static BigDecimal seconds(String value) {
        try {
            Instant time = Instant.parse(value);
            return BigDecimal.valueOf(time.getEpochSecond())
                    .add(BigDecimal.valueOf(time.getNano(), NANOS_DIGITS));
        } catch (DateTimeParseException e) {
            return quantity(value, SECONDS);
        }
    }

    /// A number that may have one of these units behind it.
    private static BigDecimal quantity(String value, Map<String, BigDecimal> units) {
        int end = value.length();
        while (end > 0 && Character.isLetter(value.charAt(end - 1))) {
            end--;
        }
        BigDecimal unit = end == value.length() ? BigDecimal.ONE : units.get(value.substring(end));
        try {
            if (unit != null) {
                return new BigDecimal(value.substring(0, end)).multiply(unit);
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "'" + value + "' is no number; it may end in " + String.join(", ", units.keySet()));
    }
}
