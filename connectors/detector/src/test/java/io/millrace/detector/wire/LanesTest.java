package io.millrace.detector.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LanesTest {
  @Test
  void everyLaneOfEveryModuleHasAnEndpointOfItsOwn() {
    Lanes lanes = Lanes.at("tcp://127.0.0.1:5600", 3, 4);
    Set<String> endpoints = new HashSet<>();
    for (int lane = 0; lane < 3; lane++) {
      endpoints.addAll(lanes.endpoints(lane));
    }
    assertThat(endpoints).hasSize(12).contains("tcp://127.0.0.1:5600", "tcp://127.0.0.1:5611");
  }

  @Test
  void framesAreSpreadEvenlyAndEveryNumberHasALane() {
    Lanes lanes = Lanes.at("tcp://h:1", 3, 4);
    int[] frames = new int[3];
    for (long frame = 0xffff_ffffL - 299; frame <= 0xffff_ffffL; frame++) {
      frames[lanes.laneOf(frame)]++;
    }
    assertThat(frames).containsOnly(100);
  }

  @Test
  void refusesWhatIsNotAnAddress() {
    assertThatThrownBy(() -> Lanes.at("localhost:5600", 1, 4))
        .hasMessageContaining("tcp://host:port");
    assertThatThrownBy(() -> Lanes.at("tcp://h:65530", 2, 4)).hasMessageContaining("65,535");
    assertThatThrownBy(() -> Lanes.at("tcp://h:5600", 0, 4)).hasMessageContaining("0 lanes");
    // 4 times this is beyond 32 bits, and -589,934,592 in them.
    assertThatThrownBy(() -> Lanes.at("tcp://h:5600", 2_000_000_000, 4))
        .hasMessageContaining("2000000000 lanes of 4 modules from port 5600 do not fit");
  }
}
