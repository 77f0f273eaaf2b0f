package io.millrace.zeromq.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.Consumer;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class ZeroMqSinkBuilderTest {
  private static ZeroMqSinkBuilder complete() {
    return ZeroMqSink.builder().setAddress("tcp://localhost:5570").setSession("night.3_a-b");
  }

  @Test
  void buildsASinkThatCanBeShipped() throws Exception {
    assertThat(InstantiationUtil.clone(complete().build())).isNotNull();
    assertThat(complete().setAddress("tcp://[::1]:65535").build()).isNotNull();
  }

  @Test
  void namesWhatIsMissingOrImpossible() {
    assertThatThrownBy(() -> ZeroMqSink.builder().setSession("s").build())
        .hasMessageContaining("setAddress");
    assertThatThrownBy(() -> ZeroMqSink.builder().setAddress("tcp://h:1").build())
        .hasMessageContaining("setSession");
    for (String address :
        new String[] {
          "localhost:5570", "tcp://localhost", "tcp://:5", "tcp://h:0", "tcp://h:65536", "ipc://x"
        }) {
      refused(b -> b.setAddress(address), address);
    }
    refused(b -> b.setSession("a b"), "session 'a b'");
    refused(
        b -> b.setOption(ZeroMqSinkOptions.SEND_HIGH_WATER_MARK, 0),
        "send-high-water-mark has to be at least 1");
    refused(b -> b.setOption(ZeroMqSinkOptions.EVENT_MEMORY, MemorySize.ZERO), "event-memory");
    refused(b -> b.setOption(ZeroMqSinkOptions.IMAGE_MEMORY, MemorySize.ZERO), "image-memory");
    refused(
        b -> b.setOption(ZeroMqSinkOptions.KEY_FRAME_INTERVAL, Duration.ZERO),
        "key-frame-interval");
    refused(
        b -> b.setOption(ZeroMqSinkOptions.CLOSE_TIMEOUT, Duration.ofSeconds(-1)), "close-timeout");
  }

  private static void refused(Consumer<ZeroMqSinkBuilder> change, String why) {
    ZeroMqSinkBuilder builder = complete();
    change.accept(builder);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
