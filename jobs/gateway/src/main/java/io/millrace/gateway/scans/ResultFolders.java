package io.millrace.gateway.scans;

import io.millrace.coordination.DaemonThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders that files may be given away from. What counts is where a file really is: a link out
 * of the folders leads nowhere.
 *
 * <p>A folder of another machine may hang, and who looks for a file must not: what does not answer
 * in time is said not to be here, and is not asked again for a while.
 */
public final class ResultFolders {
  private static final Duration WITHIN = Duration.ofSeconds(3);
  private static final long PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

  /** More than requests at a time: if so many hang, nothing is found until one of them is over. */
  private static final int MOST_LOOKS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ResultFolders.class);

  private final List<Path> folders;
  private final Resolver resolver;
  private final Duration within;
  private final ExecutorService looks =
      new ThreadPoolExecutor(
          0,
          MOST_LOOKS,
          1,
          TimeUnit.MINUTES,
          new SynchronousQueue<>(),
          new DaemonThreads("result-folders"));

  /** When what hung was asked last, by {@link System#nanoTime}. */
  private final Map<Path, Long> hanging = new ConcurrentHashMap<>();

  /** Where a path leads. */
  @FunctionalInterface
  interface Resolver {
    Path real(Path path) throws IOException;
  }

  /**
   * Any number; a folder need not be there yet.
   *
   * @param folders as the gateway was told
   */
  public ResultFolders(List<Path> folders) {
    this(folders, Path::toRealPath, WITHIN);
  }

  ResultFolders(List<Path> folders, Resolver resolver, Duration within) {
    this.folders = List.copyOf(folders);
    this.resolver = resolver;
    this.within = within;
  }

  /** As the gateway was told. */
  public List<Path> folders() {
    return folders;
  }

  /**
   * A file that may be given away.
   *
   * @param file its path, absolute or below one of the folders; null for none
   * @return where it really is; empty if it is not there, no plain file, not in a folder, or if its
   *     file system does not answer
   */
  public Optional<Path> find(String file) {
    if (file == null || file.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    List<Path> candidates = new ArrayList<>();
    try {
      if (Path.of(file).isAbsolute()) {
        candidates.add(Path.of(file));
      } else {
        folders.forEach(folder -> candidates.add(folder.resolve(file)));
      }
    } catch (InvalidPathException e) {
      return Optional.empty(); // of another machine: nothing here can have that name
    }
    for (Path candidate : candidates) {
      Optional<Path> real = look(candidate, this::plainFile);
      if (real.isPresent() && isInFolder(real.get())) {
        return real;
      }
    }
    return Optional.empty();
  }

  private boolean isInFolder(Path real) {
    return folders.stream()
        .anyMatch(folder -> look(folder, resolver).filter(real::startsWith).isPresent());
  }

  private Path plainFile(Path candidate) throws IOException {
    Path real = resolver.real(candidate);
    if (!Files.isRegularFile(real)) {
      throw new IOException(real + " is no plain file");
    }
    return real;
  }

  private Optional<Path> look(Path path, Resolver at) {
    Path parent = path.getParent() == null ? path : path.getParent();
    Path home = folders.stream().filter(path::startsWith).findFirst().orElse(parent);
    Long hung = hanging.get(home);
    if (hung != null && System.nanoTime() - hung < PAUSE_NANOS) {
      return Optional.empty();
    }
    Future<Path> looking;
    try {
      looking = looks.submit(() -> at.real(path));
    } catch (RejectedExecutionException e) {
      return Optional.empty(); // all looks hang, and each has been told of
    }
    try {
      Path real = looking.get(within.toMillis(), TimeUnit.MILLISECONDS);
      hanging.remove(home);
      return Optional.of(real);
    } catch (TimeoutException e) {
      looking.cancel(true);
      hanging.put(home, System.nanoTime());
      LOG.warn(
          "{} has not answered within {} s; for {} s its files count as not here: see whether its"
              + " file system is well",
          home,
          within.toSeconds(),
          TimeUnit.NANOSECONDS.toSeconds(PAUSE_NANOS));
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException) {
        return Optional.empty(); // the file is not there, or the folder is not
      }
      throw new IllegalStateException(path + " cannot be looked for", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
