# The headgate command as an image, with what it asks its host by. docker-compose.yml builds it; alone: docker build -t headgate .

# Any image will do that has JDK 25, or a JRE 25, in JAVA_HOME, on Debian or what comes of it.
ARG JDK_IMAGE=eclipse-temurin:25-jdk
ARG JRE_IMAGE=eclipse-temurin:25-jre

FROM ${JDK_IMAGE} AS build
WORKDIR /opt/headgate
COPY . .
RUN ./headgate --version

FROM ${JRE_IMAGE}
# An image that has these needs no packages from anywhere.
RUN if ! command -v ip nft ethtool setpriv >/dev/null || ! ldconfig -p | grep -q libpcap.so.0.8; then \
        apt-get update && apt-get install -y --no-install-recommends libpcap0.8 iproute2 nftables ethtool util-linux && \
        rm -rf /var/lib/apt/lists/*; \
    fi
RUN useradd --uid 10001 --shell /usr/sbin/nologin --home-dir /var/lib/headgate --create-home headgate
WORKDIR /opt/headgate
COPY --from=build /opt/headgate/headgate ./
COPY --from=build /opt/headgate/samples samples
COPY --from=build /opt/headgate/console/target/headgate.jar console/target/
COPY --from=build /opt/headgate/console/target/lib console/target/lib
# The launcher makes its caches for quick starts, with this very JVM.
RUN ./headgate --version && ./headgate stream --version && ln -s /opt/headgate/headgate /usr/local/bin/headgate
# Named volumes take their owner from here.
RUN install -d -o headgate -g headgate /var/lib/headgate/stream /var/lib/headgate/spool
USER headgate
WORKDIR /var/lib/headgate
ENTRYPOINT ["headgate"]
CMD ["--help"]
