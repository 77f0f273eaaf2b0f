package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.ScanGeometry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Random;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountedFileSinkBuilderTest {
  @TempDir Path dir;

  @Test
  void theSinkTravels() throws Exception {
    Path made = dir.resolve("a/b");
    CountedFileSink sink =
        InstantiationUtil.clone(builder().setDirectory(made).setZone(ZoneOffset.UTC).build());
    assertThat(made).isDirectory();
    assertThat(sink.detector()).isEqualTo(Scan.CAMERA);
    assertThat(sink.layout()).isEqualTo(Layout.VLEN);
    assertThat(sink.part(12, 1)).isEqualTo(made.resolve("FOURD_00003_00012.part"));
    assertThat(sink.file(Scan.of(12, new ScanGeometry(1, 1), 1, new Random(0), e -> 0).report()))
        .isEqualTo(made.resolve("FOURD_261122_0843_00003_00012.h5"));
  }

  @Test
  void anIdThatIsTakenIsAnError() throws Exception {
    Files.createFile(dir.resolve("FOURD_250101_1200_00003_00999.h5"));
    assertThatThrownBy(builder()::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("FOURD_250101_1200_00003_00999.h5")
        .hasMessageContaining("another id");
    assertThat(builder().setId(SessionId.take(dir)).build().part(1, 1))
        .isEqualTo(dir.resolve("FOURD_00004_00001.part"));
    assertThatThrownBy(builder().setId(0)::build).hasMessageContaining("1 to 99,999");
  }

  @Test
  void aDirectoryThatCannotBeIsAnError() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    assertThatThrownBy(builder().setDirectory(file.resolve("below"))::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("below");
    assertThatThrownBy(CountedFileSink.builder().setDetector(Scan.CAMERA)::build)
        .hasMessageContaining("setDirectory");
  }

  private CountedFileSinkBuilder builder() {
    return CountedFileSink.builder()
        .setDirectory(dir)
        .setId(3)
        .setDetector(Scan.CAMERA)
        .setProvenance(Scan.PROVENANCE);
  }
}
