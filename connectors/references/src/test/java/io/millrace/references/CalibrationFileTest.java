package io.millrace.references;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.Calibration;
import io.millrace.detector.Drops;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanReport;
import io.millrace.detector.Thresholds;
import io.millrace.hdf5.CountedFileWriter;
import io.millrace.hdf5.Layout;
import io.millrace.hdf5.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrationFileTest {
  private static final Thresholds THRESHOLDS = new Thresholds(28.4973, 436.598);

  private static final Calibration FITTED =
      Calibration.fitted(
          1,
          THRESHOLDS,
          new Calibration.Fit(
              4.5, 175, 20, 19, 19 * 4, 11, 340, 20.57, 5.65, 2.377, 11, 329, 9, 20.4695, 1.78397,
              0.01, 7));

  /** Written by stempy. */
  private static final Path STEMPY =
      Path.of(
          System.getProperty("basedir", "."),
          "../hdf5/src/test/resources/stempy/scan_6x4_missing.h5");

  @TempDir Path dir;

  private Path counted(Calibration calibration) throws IOException {
    try (CountedFileWriter writer =
        new CountedFileWriter(dir.resolve("scan.part"), Cameras.SMALL, false)) {
      return writer
          .finish(
              new ScanReport(
                  1,
                  new ScanGeometry(2, 1),
                  1,
                  0,
                  0,
                  2,
                  new long[1],
                  0,
                  0,
                  0,
                  new Drops(),
                  ScanReport.EndedBy.ANNOUNCED,
                  Instant.EPOCH,
                  Instant.EPOCH,
                  calibration),
              new Provenance("millrace", "1", "session", "{}"),
              Layout.VLEN,
              dir.resolve("scan.h5"))
          .get(0);
    }
  }

  @Test
  void thresholdsThatAScanWasCalibratedWithAreTaken() throws IOException {
    assertThat(CalibrationFile.read(counted(FITTED)))
        .isEqualTo(new CalibrationFile(THRESHOLDS, 20.4695));
  }

  @Test
  void theLevelIsTheOneThatWasUsedNotTheFits() throws IOException {
    assertThat(CalibrationFile.read(counted(FITTED.atLevel(19.25))))
        .isEqualTo(new CalibrationFile(THRESHOLDS, 19.25));
  }

  @Test
  void aLevelThatWasGivenWithTheThresholdsIsTaken() throws IOException {
    assertThat(CalibrationFile.read(counted(Calibration.given(1, THRESHOLDS, 21.5))))
        .isEqualTo(new CalibrationFile(THRESHOLDS, 21.5));
  }

  @Test
  void givenThresholdsHaveNoCentreOfTheNoise() throws IOException {
    assertThat(CalibrationFile.read(counted(Calibration.given(1, THRESHOLDS, null))))
        .isEqualTo(new CalibrationFile(THRESHOLDS, null));
  }

  @Test
  void filesOfStempyAreRead() {
    CalibrationFile calibration = CalibrationFile.read(STEMPY);
    assertThat(calibration.thresholds().background()).isPositive();
    assertThat(calibration.thresholds().xray())
        .isGreaterThan(calibration.thresholds().background());
    assertThat(calibration.level()).isPositive().isLessThan(calibration.thresholds().background());
  }

  private CalibrationFile json(String text) throws IOException {
    return CalibrationFile.read(Files.writeString(dir.resolve("thresholds.json"), text));
  }

  @Test
  void jsonIsRead() throws IOException {
    assertThat(json("{\"background\": 28.4973, \"xray\": 436.598, \"level\": 20.5}"))
        .isEqualTo(new CalibrationFile(THRESHOLDS, 20.5));
    assertThat(json("{\"xray\": 3e2, \"background\": 0}"))
        .isEqualTo(new CalibrationFile(new Thresholds(0, 300), null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"background\": 28.5} | background or xray is missing",
        "{\"background\": null, \"xray\": 9} | background or xray is missing",
        "null | background or xray is missing",
        "{\"background\": 28.5, \"xray\": 20} | has to be above the background threshold",
        "{\"background\": -1, \"xray\": 20} | cannot be negative: -1.0 ADU",
        "{\"background\": 1, \"xray\": 20, \"x-ray\": 4} | \"x-ray\"",
        "{\"background\": \"low\", \"xray\": 20} | low",
        "{\"background\": 1, \"xray\": 20} 7 | Trailing",
        "{\"background\": 1 | end-of-input",
      })
  void jsonThatIsNoCalibrationIsNamed(String text, String why) {
    assertThatThrownBy(() -> json(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("thresholds.json")
        .hasMessageContaining(why)
        .hasMessageContaining("give a counted file, or a .json");
  }

  @Test
  void whatIsNoCountedFileIsNamed() throws IOException {
    assertThatThrownBy(() -> CalibrationFile.read(dir.resolve("none.h5")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none.h5");
    assertThatThrownBy(() -> CalibrationFile.read(dir.resolve("none.json")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none.json");
    Path text = Files.writeString(dir.resolve("thresholds.yaml"), "background: 28.5");
    assertThatThrownBy(() -> CalibrationFile.read(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not an HDF5 file; give a counted file");
  }
}
