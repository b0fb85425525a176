# Sourced by the benchmark scripts: finds JDK 25, builds once, and says on which machine the figures were taken.
benchmarks=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(dirname "$benchmarks")
for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/* /usr/java/* /opt/java/* "$HOME"/.sdkman/candidates/java/*; do
    if [[ -x $candidate/bin/javac ]] && grep -q '^JAVA_VERSION="25[".]' "$candidate/release" 2>/dev/null; then
        export JAVA_HOME=$candidate
        break
    fi
done
java=$JAVA_HOME/bin/java
jar=$benchmarks/target/benchmarks.jar
if [[ ! -f $jar || -n $(find "$home"/*/src/main -newer "$jar" -print -quit) ]]; then
    (cd "$home" && ./mvnw -q -B -Pbenchmarks -pl benchmarks,console -am -DskipTests -Dspotless.check.skip=true package) >&2
    touch "$jar"
fi
class_path="$jar:$benchmarks/target/lib/*"
jvm=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)

machine() {
    echo "# $(uname -sr), $(nproc) × $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $("$java" -version 2>&1 | sed -n 2p), load $(cut -d' ' -f1 /proc/loadavg)"
}
