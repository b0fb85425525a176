package headgate.flow.app;

/// Takes what a parser reads, in the order of the message. A name may come several times.
public interface FieldSink {
    /// @param name tshark's name of the field
    void add(String name, long number);

    /// @param name tshark's name of the field
    void add(String name, String text);

    /// As 0 or 1.
    default void add(String name, boolean flag) {
        add(name, flag ? 1 : 0);
    }
}
