package io.millrace.benchmarks.curve;

import io.millrace.benchmarks.MeasuringCommand;
import io.millrace.benchmarks.Report;
import io.millrace.benchmarks.Row;
import io.millrace.benchmarks.Spread;
import io.millrace.detector.DetectorDescription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Measures what CURVE keys cost. */
@Command(
    name = "curve",
    description = {
      "What the encryption of sectors (MILLRACE_CURVE_KEYS) costs in processor time, for one hop:"
          + " both ends together, encrypted and plain in turn. A sector makes two hops: to the"
          + " aggregator and to its lane.",
      "A quick run takes less than a minute."
    })
public final class CurveCommand extends MeasuringCommand {
  private static final int SECTOR_BYTES = DetectorDescription.load("4d-camera").sectorBytes();
  private static final int PLAIN_SECTORS = 1_000;
  private static final int ENCRYPTED_SECTORS = 50;
  private static final int ROUNDS = 15;
  private static final int QUICK_ROUNDS = 5;
  private static final int WARM_UPS = 3;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Report told = report.open();
    Hop plain = new Hop(false);
    Hop encrypted = new Hop(true);
    List<Hop.Turn> plains = new ArrayList<>();
    List<Hop.Turn> encrypteds = new ArrayList<>();
    int rounds = report.quick() ? QUICK_ROUNDS : ROUNDS;
    for (int round = 1 - WARM_UPS; round <= rounds; round++) {
      Hop.Turn one = plain.measure(PLAIN_SECTORS, SECTOR_BYTES);
      Hop.Turn other = encrypted.measure(ENCRYPTED_SECTORS, SECTOR_BYTES);
      if (round > 0) {
        plains.add(one);
        encrypteds.add(other);
        told.progress(
            String.format(
                Locale.ROOT,
                "round %d: %.2f CPU-s/GB plain, %.2f encrypted",
                round,
                one.cpuSecondsPerGigabyte(),
                other.cpuSecondsPerGigabyte()));
      }
    }
    told.publish(rows(plains, encrypteds), List.of());
    return 0;
  }

  /** Turns in pairs. */
  static List<Row> rows(List<Hop.Turn> plains, List<Hop.Turn> encrypteds) {
    double[] ratios = new double[plains.size()];
    double[] speeds = new double[plains.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = encrypteds.get(i).cpuSecondsPerGigabyte() / plains.get(i).cpuSecondsPerGigabyte();
      speeds[i] = encrypteds.get(i).gigabytesPerSecond() / plains.get(i).gigabytesPerSecond();
    }
    return List.of(
        Row.of("plain: CPU of a hop", cpu(plains), "s/GB").ratio(1),
        Row.of("encrypted: CPU of a hop", cpu(encrypteds), "s/GB")
            .ratio(Spread.median(ratios))
            .spread(Spread.of(ratios)),
        Row.of("plain: speed of a hop", speed(plains), "GB/s").ratio(1),
        Row.of("encrypted: speed of a hop", speed(encrypteds), "GB/s")
            .ratio(Spread.median(speeds))
            .spread(Spread.of(speeds)));
  }

  private static double cpu(List<Hop.Turn> turns) {
    return Spread.median(turns.stream().mapToDouble(Hop.Turn::cpuSecondsPerGigabyte).toArray());
  }

  private static double speed(List<Hop.Turn> turns) {
    return Spread.median(turns.stream().mapToDouble(Hop.Turn::gigabytesPerSecond).toArray());
  }
}
