package io.millrace.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectorDescriptionTest {
  @Test
  void theCameraIsFoundByName() {
    DetectorDescription camera = DetectorDescription.load("4d-camera");
    assertThat(camera.pixels()).isEqualTo(331_776);
    assertThat(camera.modules()).isEqualTo(4);
    assertThat(camera.sectorBytes()).isEqualTo(165_888);
    assertThat(camera.completeMask()).isEqualTo(15);
    assertThat(camera.sector(3)).isEqualTo(new SectorPlacement(432, 0, 144, 576));
    assertThat(DetectorDescription.load("4d-camera-columns").sector(3))
        .isEqualTo(new SectorPlacement(0, 432, 576, 144));
  }

  @Test
  void anotherDetectorIsAFile(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("small.yaml");
    Files.writeString(
        file,
        """
        name: small
        frame: {rows: 4, columns: 6}
        pixel: uint16-le
        sectors:
          - {row: 0, column: 0, rows: 4, columns: 3}
          - {row: 0, column: 3, rows: 4, columns: 3}
        """);
    assertThat(DetectorDescription.load(file.toString()).sector(1).column()).isEqualTo(3);
  }

  @Test
  void aBadDescriptionIsRefusedByName(@TempDir Path dir) throws Exception {
    assertThatThrownBy(() -> DetectorDescription.load("5d-camera"))
        .hasMessageContaining("5d-camera")
        .hasMessageContaining("conf/detectors");
    assertThatThrownBy(() -> DetectorDescription.load(dir + "/none.yaml"))
        .hasMessageContaining("none.yaml");
    Path file = dir.resolve("bad.yaml");
    Files.writeString(file, "name: bad\nframe: {rows: 4}\n");
    assertThatThrownBy(() -> DetectorDescription.load(file.toString()))
        .hasMessageContaining("bad.yaml");
    Files.writeString(
        file, "name: bad\nframe: {rows: 1, columns: 1}\npixel: float32\nsectors: []\n");
    assertThatThrownBy(() -> DetectorDescription.load(file.toString()))
        .hasMessageContaining("float32");
  }

  @Test
  void sectorsCoverTheFrameOnce() {
    SectorPlacement top = new SectorPlacement(0, 0, 2, 4);
    assertThatThrownBy(() -> new DetectorDescription("d", 4, 4, List.of(top)))
        .hasMessageContaining("cover");
    assertThatThrownBy(
            () -> new DetectorDescription("d", 4, 4, List.of(top, new SectorPlacement(1, 0, 2, 4))))
        .hasMessageContaining("overlaps");
    assertThatThrownBy(
            () -> new DetectorDescription("d", 4, 4, List.of(top, new SectorPlacement(3, 0, 2, 4))))
        .hasMessageContaining("outside");
    assertThatThrownBy(
            () -> new DetectorDescription("d", 4, 4, List.of(top, new SectorPlacement(2, 0, 2, 3))))
        .hasMessageContaining("size");
  }
}
