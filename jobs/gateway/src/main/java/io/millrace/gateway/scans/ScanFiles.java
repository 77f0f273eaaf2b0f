package io.millrace.gateway.scans;

import io.millrace.coordination.DaemonThreads;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.detector.ScanKey;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRing;
import io.millrace.detector.live.LiveRows;
import io.millrace.gateway.live.EndedScans;
import io.millrace.gateway.live.LiveScan;
import io.millrace.hdf5.CountedFile;
import io.millrace.hdf5.ImageOutline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Scans that have ended, from their files: what the job would tell of them is made of what the file
 * has, so they are shown, and rings are laid over them, as over one that is under way. The last few
 * stay open.
 */
public final class ScanFiles implements EndedScans {
  private static final int STAY_OPEN = 4;

  /** A file system that hangs should not hang who looks at other scans. */
  private static final Duration WITHIN = Duration.ofSeconds(30);

  private static final int READERS = 2;
  private static final String NUMBER = "(-?[0-9.E-]+)";

  /** How a file describes the image of a ring. */
  private static final Pattern RING =
      Pattern.compile(
          "electrons from %s to %s pixels around column %s, row %s"
              .formatted(NUMBER, NUMBER, NUMBER, NUMBER));

  private final Catalogue catalogue;
  private final Executor readers =
      Executors.newFixedThreadPool(READERS, new DaemonThreads("scan-files"));
  private final ResultFolders folders;
  private final Map<Path, FutureTask<LiveScan>> open =
      new LinkedHashMap<>(8, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, FutureTask<LiveScan>> eldest) {
          return size() > STAY_OPEN;
        }
      };

  /** The scans of a catalogue whose files are in the folders. */
  public ScanFiles(Catalogue catalogue, ResultFolders folders) {
    this.catalogue = catalogue;
    this.folders = folders;
  }

  @Override
  public Optional<LiveScan> open(String id) throws IOException {
    Optional<CatalogueScan> scan = catalogue.find(id);
    Optional<Path> path = scan.flatMap(s -> folders.find(s.file()));
    return path.isPresent() ? Optional.of(open(scan.get(), path.get())) : Optional.empty();
  }

  private LiveScan open(CatalogueScan scan, Path path) throws IOException {
    FutureTask<LiveScan> reading;
    synchronized (open) {
      reading = open.get(path);
      if (reading == null) {
        reading = new FutureTask<>(() -> read(scan, path));
        open.put(path, reading);
        readers.execute(reading);
      }
    }
    try {
      return reading.get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "%s is not read within %d s; try again, and see whether its file system answers"
              .formatted(path, WITHIN.toSeconds()),
          e);
    } catch (ExecutionException e) {
      synchronized (open) {
        open.remove(path, reading);
      }
      throw e.getCause() instanceof IOException broken ? broken : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while %s is read".formatted(path), e);
    }
  }

  private static LiveScan read(CatalogueScan scan, Path path) throws IOException {
    CountedFile file = new CountedFile(path);
    LiveScan shown =
        new LiveScan(
            scan.id(),
            scan.session(),
            ScanKey.of(scan.generation(), scan.number()),
            file.geometry(),
            scan.started());
    fill(shown, file, path);
    shown.ended(scan.state(), scan.file());
    return shown;
  }

  /**
   * Gives a scan in memory what its file has, if that is in the folders: what was told while no
   * gateway listened is nowhere else.
   *
   * @return whether it is
   * @throws IOException if the file cannot be read
   */
  boolean complete(LiveScan scan) throws IOException {
    Optional<Path> path = folders.find(scan.file());
    if (path.isPresent()) {
      fill(scan, new CountedFile(path.get()), path.get());
    }
    return path.isPresent();
  }

  /** Closes the file when nobody has its events any more. */
  private static void fill(LiveScan scan, CountedFile file, Path path) throws IOException {
    try {
      fill(scan, file);
    } catch (RuntimeException e) { // Anything may stand in a file.
      file.close();
      throw new IOException("%s cannot be shown: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** By position: the modules that all of its frames have, and how many frames there are. */
  private static void countFrames(CountedFile file, int[] masks, int[] frames) {
    for (int p = 0; p < frames.length; p++) {
      masks[p] = -1;
      for (int k = 0; k < file.framesPerPosition(); k++) {
        if (file.mask(p, k) != 0) {
          masks[p] &= file.mask(p, k);
          frames[p]++;
        }
      }
      masks[p] = frames[p] == 0 ? 0 : masks[p];
    }
  }

  private static void fill(LiveScan scan, CountedFile file) {
    ScanGeometry geometry = file.geometry();
    int modules = (int) file.number("detector_modules").orElse(1);
    int[] masks = new int[geometry.positions()];
    int[] frames = new int[geometry.positions()];
    countFrames(file, masks, frames);
    int[] total = counts(file.image("total_counts"));
    List<LiveRing> rings = new ArrayList<>();
    List<int[]> counts = new ArrayList<>();
    for (String name : file.imageNames()) {
      ScanImage image = file.image(name);
      Matcher ring = RING.matcher(image.description());
      if (image.axes() == Axes.SCAN && ring.matches()) {
        rings.add(
            new LiveRing(name, number(ring, 1), number(ring, 2), number(ring, 3), number(ring, 4)));
        counts.add(counts(image));
      }
    }
    scan.take(
        new LivePattern(
            scan.key(),
            geometry,
            file.rows(),
            file.columns(),
            modules,
            file.complete() + file.incomplete(),
            file.events(),
            counts(file.image("sum_pattern"))));
    scan.take(
        new LiveRows(
            scan.key(),
            geometry,
            0,
            geometry.height(),
            rings,
            masks,
            frames,
            counts.toArray(int[][]::new),
            total,
            sums(file.image("com_x"), total),
            sums(file.image("com_y"), total)));
    long[] missing = new long[modules];
    for (int m = 0; m < modules; m++) {
      missing[m] = (long) file.number("missing_sectors_module_" + m).orElse(0);
    }
    scan.take(
        new LiveEnd(
            scan.key(),
            geometry,
            file.complete(),
            file.incomplete(),
            file.absent(),
            missing,
            file.text("ended_by").orElse("")));
    scan.events(new FileEvents(file, frames));
  }

  /** Whether an image of a file is that of a ring. */
  static boolean isRing(ImageOutline image) {
    return image.axes() == Axes.SCAN && RING.matcher(image.description()).matches();
  }

  private static double number(Matcher matcher, int group) {
    return Double.parseDouble(matcher.group(group));
  }

  private static int[] counts(ScanImage image) {
    int[] counts = new int[image.values().length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (int) (long) image.values()[i];
    }
    return counts;
  }

  /** The sums that the means were made of: whole numbers, so rounding finds them. */
  private static long[] sums(ScanImage means, int[] total) {
    long[] sums = new long[total.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] =
          total[i] == 0 ? 0 : Math.round(means.values()[i] * Integer.toUnsignedLong(total[i]));
    }
    return sums;
  }
}
