package io.millrace.zeromq.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.coordination.SessionAddress;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class ZeroMqSourceBuilderTest {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");

  @Test
  void buildsASourceThatCanBeShipped() throws Exception {
    ZeroMqSource source = complete().setScans(Set.of(0L, 0xffff_ffffL)).build();
    assertThat(source.getBoundedness()).isEqualTo(Boundedness.CONTINUOUS_UNBOUNDED);
    assertThat(InstantiationUtil.clone(source).getBoundedness()).isEqualTo(source.getBoundedness());
    assertThat(complete().setBoundedAfter(1).build().getBoundedness())
        .isEqualTo(Boundedness.BOUNDED);
  }

  @Test
  void namesWhatIsMissing() {
    assertThatThrownBy(() -> ZeroMqSource.builder().setLanes(lanes(4)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("setDetector");
    assertThatThrownBy(() -> ZeroMqSource.builder().setDetector(CAMERA).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("setLanes")
        .hasMessageContaining("setSession");
  }

  @Test
  void aSessionIsAsGoodAsLanes() throws Exception {
    SessionAddress session = new SessionAddress("127.0.0.1:2181", "s", Duration.ofSeconds(1));
    ZeroMqSource source = ZeroMqSource.builder().setDetector(CAMERA).setSession(session).build();
    assertThat(InstantiationUtil.clone(source).getBoundedness())
        .isEqualTo(Boundedness.CONTINUOUS_UNBOUNDED);
  }

  @Test
  void namesWhatIsImpossible() {
    assertRefused(b -> b.setLanes(lanes(3)), "3 modules", "4d-camera", "4");
    assertRefused(b -> b.setBoundedAfter(-1), "-1 scans");
    assertRefused(b -> b.setScans(Set.of(-5L)), "-5", "unsigned 32-bit");
    assertRefused(b -> b.setScans(Set.of(1L << 32)), "4294967296", "unsigned 32-bit");
    assertRefused(
        b -> b.setOption(ZeroMqSourceOptions.SLOTS_PER_MODULE, 0), "slots-per-module", "not 0");
    assertRefused(
        b -> b.setOption(ZeroMqSourceOptions.RECEIVE_HIGH_WATER_MARK, 0),
        "receive-high-water-mark",
        "not 0");
    assertRefused(
        b -> b.setOption(ZeroMqSourceOptions.SCAN_TIMEOUT, Duration.ofSeconds(-1)),
        "scan-timeout",
        "0 to 365 days");
    assertRefused(
        b -> b.setOption(ZeroMqSourceOptions.SCAN_TIMEOUT, Duration.ofSeconds(Long.MAX_VALUE)),
        "scan-timeout",
        "0 to 365 days");
    assertRefused(
        b -> b.setOption(ZeroMqSourceOptions.DRAIN_LINGER, Duration.ofMillis(-1)),
        "drain-linger",
        "0 to 365 days");
    assertRefused(
        b -> b.setOption(ZeroMqSourceOptions.MAX_MESSAGE_SIZE, MemorySize.parse("165887b")),
        "max-message-size",
        "165887",
        "4d-camera",
        "165888");
  }

  private static void assertRefused(Consumer<ZeroMqSourceBuilder> change, String... named) {
    ZeroMqSourceBuilder builder = complete();
    change.accept(builder);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(named);
  }

  private static ZeroMqSourceBuilder complete() {
    return ZeroMqSource.builder().setDetector(CAMERA).setLanes(lanes(4));
  }

  private static Lanes lanes(int modules) {
    return Lanes.at("tcp://127.0.0.1:5600", 2, modules);
  }
}
