package io.millrace.hdf5;

import io.millrace.detector.Calibration;
import io.millrace.detector.Centroids;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.detector.ScanReport;
import io.millrace.detector.Thresholds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** A made-up scan: all that goes into a counted file. */
record Scan(
    long number,
    ScanGeometry geometry,
    int framesPerPosition,
    List<CountedFrame> frames,
    List<ScanImage> images,
    Calibration calibration) {
  static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  static final Provenance PROVENANCE =
      new Provenance("millrace", "0.1.0", "Sitzung Ä", "{\"lanes\": 2}");

  /**
   * @param eventsOf gives the number of events of the frame at an entry, -1 if the frame is absent
   */
  static Scan of(
      long number,
      ScanGeometry geometry,
      int framesPerPosition,
      Random random,
      IntUnaryOperator eventsOf) {
    List<CountedFrame> frames = new ArrayList<>();
    for (int e = 0; e < geometry.positions() * framesPerPosition; e++) {
      int events = eventsOf.applyAsInt(e);
      if (events >= 0) {
        CountedFrame frame = new CountedFrame(events(random, events));
        frame.scan = number;
        // Beyond 2^31, where signed comparisons fail.
        frame.frame = 0x7fff_fff0L + e;
        frame.width = geometry.width();
        frame.height = geometry.height();
        frame.x = e / framesPerPosition % geometry.width();
        frame.y = e / framesPerPosition / geometry.width();
        frame.mask = 1 + random.nextInt(15);
        frames.add(frame);
      }
    }
    double[] perPosition = new double[geometry.positions()];
    frames.forEach(f -> perPosition[f.position()] += f.events.size());
    double[] centre = new double[geometry.positions()];
    Arrays.setAll(centre, p -> p % 3 == 1 ? Double.NaN : p / 4.0 - 2);
    return new Scan(
        number,
        geometry,
        framesPerPosition,
        frames,
        List.of(
            new ScanImage(
                number,
                "bright_field",
                "electrons within 40 px",
                Axes.SCAN,
                geometry.height(),
                geometry.width(),
                true,
                perPosition),
            new ScanImage(
                number,
                "com_x",
                "mean column, pixels",
                Axes.SCAN,
                geometry.height(),
                geometry.width(),
                false,
                centre),
            new ScanImage(
                number,
                "radial_profile",
                "electrons by radius",
                Axes.RADIUS,
                1,
                3,
                true,
                new double[] {1, 0, 0xffff_ffffL}),
            new ScanImage(
                number,
                "sum_pattern",
                "electrons by pixel",
                Axes.DETECTOR,
                2,
                2,
                true,
                new double[] {0, 1, 2, 3e9})),
        Calibration.fitted(
            number,
            new Thresholds(28.4973, 436.598),
            new Calibration.Fit(
                4.5, 175, 20, 19, 6_303_744, 11, 340, 20.5726, 5.65151, 2.37729, 11, 329, 1.4e6,
                20.4695, 1.78397, 0.01, 7)));
  }

  private static IntList events(Random random, int n) {
    // Distinct and ascending: a step of 1 to what is left for each of the rest.
    int step = n == 0 ? 0 : CAMERA.pixels() / n;
    return IntList.of(IntStream.range(0, n).map(i -> i * step + random.nextInt(step)).toArray());
  }

  long events() {
    return frames.stream().mapToLong(f -> f.events.size()).sum();
  }

  ScanReport report() {
    long complete = frames.stream().filter(f -> f.mask == CAMERA.completeMask()).count();
    Drops drops = new Drops();
    drops.add(DropReason.DUPLICATE, 3);
    drops.add(DropReason.FOREIGN_SCAN, 2);
    return new ScanReport(
        number,
        geometry,
        framesPerPosition,
        complete,
        frames.size() - complete,
        (long) geometry.positions() * framesPerPosition - frames.size(),
        new long[] {1, 0, 2, 0},
        events(),
        1000,
        998,
        drops,
        ScanReport.EndedBy.LANE_TIMEOUT,
        Instant.parse("2026-11-22T08:43:37.125Z"),
        Instant.parse("2026-11-22T08:43:41Z"),
        calibration);
  }

  /** Gives each event a centroid within a pixel of it, and any charge. */
  Scan withCentroids(Random random) {
    for (CountedFrame frame : frames) {
      frame.centroids.clear();
      for (int event : frame.events.toArray()) {
        frame.centroids.add(
            event / CAMERA.columns() + random.nextFloat(-1, 1),
            event % CAMERA.columns() + random.nextFloat(-1, 1),
            random.nextFloat(1, 4000));
      }
    }
    return this;
  }

  /** y, x and charge in turn. */
  static float[] values(Centroids centroids) {
    return Arrays.copyOf(centroids.array(), Centroids.FIELDS * centroids.size());
  }

  boolean hasCentroids() {
    return frames.stream().anyMatch(f -> f.centroids.size() > 0);
  }

  Scan with(Calibration other) {
    return new Scan(number, geometry, framesPerPosition, frames, images, other);
  }
}
