package io.millrace.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScanGeometryTest {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");

  @Test
  void theFlybackColumnIsPartOfTheScan() {
    ScanGeometry scan = ScanGeometry.withFlyback(128, 128);
    assertThat(scan.positions()).isEqualTo(16_512);
    assertThat(scan.position(128, 127)).isEqualTo(16_511);
    assertThat(scan.position(0, 1)).isEqualTo(129);
  }

  @Test
  void aScanThatMemoryIsNotMeantForIsRefused() {
    assertThat(new ScanGeometry(4096, 2048).positions()).isEqualTo(ScanGeometry.MAX_POSITIONS);
    assertThatThrownBy(() -> new ScanGeometry(4097, 2048)).hasMessageContaining("4097 x 2048");
    assertThatThrownBy(() -> new ScanGeometry(0, 1)).hasMessageContaining("0 x 1");
    assertThatThrownBy(() -> new ScanGeometry(1, 65_536)).hasMessageContaining("1 x 65536");
  }

  @Test
  void aHeaderSaysWhyItCannotBelongToAScan() {
    SectorHeader header = new SectorHeader();
    assertThat(header.set(1, 2, 65, 64, 64, 63, 0, 3).problem(CAMERA)).isNull();
    assertThat(header.set(1, 2, 65, 64, 64, 63, 0, 4).problem(CAMERA))
        .isEqualTo(DropReason.UNKNOWN_MODULE);
    assertThat(header.set(1, 2, 65, 64, 65, 63, 0, 3).problem(CAMERA))
        .isEqualTo(DropReason.POSITION_OUTSIDE_SCAN);
    assertThat(header.set(1, 2, 65, 64, 64, 64, 0, 3).problem(CAMERA))
        .isEqualTo(DropReason.POSITION_OUTSIDE_SCAN);
    assertThat(header.set(1, 2, 0, 64, 0, 0, 0, 3).problem(CAMERA))
        .isEqualTo(DropReason.EMPTY_SCAN);
    assertThat(header.set(1, 2, 65_535, 65_535, 0, 0, 0, 3).problem(CAMERA))
        .isEqualTo(DropReason.HUGE_SCAN);
  }
}
