package headgate.capture;

import headgate.capture.libpcap.LibpcapSource;
import java.io.IOException;

class LibpcapSourceTest extends LiveSourceContract {
    @Override
    FrameSource open(LiveSettings settings) throws IOException {
        return LibpcapSource.open(settings);
    }
}
