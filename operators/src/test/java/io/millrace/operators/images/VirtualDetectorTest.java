package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.DetectorDescription;
import io.millrace.operators.counting.Frames;
import org.junit.jupiter.api.Test;

class VirtualDetectorTest {
  private final DetectorDescription detector = Frames.grid(8, 12, 2, 1);

  @Test
  void withoutACentreItIsThatOfTheFrame() {
    assertThat(VirtualDetector.parse("bright_field, 0, 3.5", detector))
        .isEqualTo(new VirtualDetector("bright_field", 0, 3.5, 6, 4));
    assertThat(VirtualDetector.parse("adf,20,40,100.5,90", detector))
        .isEqualTo(new VirtualDetector("adf", 20, 40, 100.5, 90));
  }

  @Test
  void theInnerRadiusBelongsToItTheOuterDoesNot() {
    VirtualDetector ring = new VirtualDetector("ring", 3, 5, 10, 20);
    assertThat(ring.contains(20, 13)).isTrue();
    assertThat(ring.contains(23, 10)).isTrue();
    assertThat(ring.contains(23, 14)).isFalse();
    assertThat(ring.contains(20, 12)).isFalse();
    assertThat(ring.contains(24, 12)).isTrue();
  }

  @Test
  void whatIsWrongIsSaid() {
    assertThatThrownBy(() -> VirtualDetector.parse("bf,0", detector))
        .hasMessageContaining("'bf,0'")
        .hasMessageContaining("name,inner,outer");
    assertThatThrownBy(() -> VirtualDetector.parse("bf,0,ten", detector))
        .hasMessageContaining("outer radius")
        .hasMessageContaining("'ten'");
    assertThatThrownBy(() -> VirtualDetector.parse("bf,5,5", detector))
        .hasMessageContaining("inner < outer");
    assertThatThrownBy(() -> VirtualDetector.parse("Bright Field,0,5", detector))
        .hasMessageContaining("'Bright Field'");
    for (String name : ScanImages.NAMES) {
      assertThatThrownBy(() -> VirtualDetector.parse(name + ",0,5", detector))
          .hasMessageContaining("cannot be named " + name)
          .hasMessageContaining("com_x, com_y, dpc_phase");
    }
    assertThatThrownBy(() -> VirtualDetector.parse("bf,0,5,NaN,5", detector))
        .hasMessageContaining("centre");
  }
}
