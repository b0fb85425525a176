package headgate.capture;

/// What a source saw and lost since it was opened.
///
/// @param received frames that passed the filter, with those that were then dropped
/// @param dropped frames that the kernel's ring or socket had no room for
/// @param interfaceDropped frames that the interface or its driver dropped, where known
/// @param freezes times that the ring was full (`tp_freeze_q_cnt`)
/// @param bytesRead of a file, compressed bytes read so far; 0 for a live source
/// @param bytesTotal size of the file; 0 where unknown
/// @param damage what ended a file early or was skipped, for people; null if nothing
public record SourceStatistics(
        long received,
        long dropped,
        long interfaceDropped,
        long freezes,
        long bytesRead,
        long bytesTotal,
        String damage) {

    SourceStatistics withReceived(long received) {
        return new SourceStatistics(
                received, dropped, interfaceDropped, freezes, bytesRead, bytesTotal, damage);
    }
}
