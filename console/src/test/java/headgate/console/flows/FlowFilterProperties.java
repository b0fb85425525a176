package headgate.console.flows;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Whatever is written after `--where` is understood or refused with its place.
class FlowFilterProperties {
    @Property
    void refusesAnyTextWithAPlaceWithinIt(@ForAll String text) {
        understandsOrRefuses(text);
    }

    @Property
    void refusesAnyOrderOfItsWordsWithAPlaceWithinThem(@ForAll("words") String text) {
        understandsOrRefuses(text);
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.of(
                        "and",
                        "or",
                        "not",
                        "(",
                        ")",
                        "!",
                        "=",
                        "!=",
                        "<",
                        "~",
                        "'",
                        "bytes",
                        "src",
                        "vlan",
                        "10.0.0.1/8",
                        "::1",
                        "1e6",
                        "5ms",
                        "app",
                        "tls",
                        "dns.qry.name",
                        "&&",
                        "||",
                        " ")
                .list()
                .ofMaxSize(20)
                .map(words -> String.join(" ", words));
    }

    private static void understandsOrRefuses(String text) {
        try {
            FlowFilter.parse(text);
        } catch (FlowFilter.SyntaxException e) {
            String place = e.getMessage().replaceFirst("(?s)at character (\\d+): .*", "$1");
            int character = Integer.parseInt(place);
            assertTrue(character >= 1 && character <= text.length() + 1, e.getMessage());
        }
    }
}
