package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts/bench says that it has measured. Needs git. */
class CommitIT {
  private static final Path LIBRARY = Path.of("../../scripts/lib/commit.sh").toAbsolutePath();

  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void makeARepository() throws Exception {
    root = folder.resolve("repository");
    write("code/Mill.java", "one");
    write("docs/results.md", "slow");
    write(".gitignore", "target/");
    git("init", "--quiet");
    git("add", "--all");
    git("-c", "user.name=m", "-c", "user.email=m@localhost", "commit", "--quiet", "-m", "all");
  }

  @Test
  void cleanCommitIsNamed() throws Exception {
    assertThat(commit()).isEqualTo(git("rev-parse", "--short", "HEAD"));
  }

  @Test
  void changedFileIsAChange() throws Exception {
    write("code/Mill.java", "two");
    assertThat(commit()).matches("[0-9a-f]+ with changes");
    git("add", "--all");
    assertThat(commit()).as("also if it is staged").matches("[0-9a-f]+ with changes");
  }

  @Test
  void newFileIsAChange() throws Exception {
    write("code/Wheel.java", "one");
    git("config", "status.showUntrackedFiles", "no");
    assertThat(commit()).matches("[0-9a-f]+ with changes");
  }

  @Test
  void resultsAndWhatIsBuiltAreNoChange() throws Exception {
    write("docs/results.md", "fast");
    write("docs/new.svg", "fast");
    write("target/Mill.class", "one");
    assertThat(commit()).isEqualTo(git("rev-parse", "--short", "HEAD"));
  }

  @Test
  void withoutARepositoryItIsUnknown() throws Exception {
    root = Files.createDirectory(folder.resolve("archive"));
    assertThat(commit()).isEqualTo("unknown");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private String commit() throws Exception {
    return output(
        "bash",
        "-c",
        "set -euo pipefail; root=$1; source \"$2\"; commit",
        "-",
        "" + root,
        "" + LIBRARY);
  }

  private String git(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git", "-C", root.toString()));
    command.addAll(Arrays.asList(arguments));
    return output(command.toArray(String[]::new));
  }

  private String output(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // Not one that happens to be around the temporary folder.
    builder.environment().put("GIT_CEILING_DIRECTORIES", folder.toRealPath().toString());
    Path out = folder.resolve("out");
    Process process = builder.redirectOutput(out.toFile()).start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as("%s", Files.readString(out)).isZero();
      return Files.readString(out).strip();
    } finally {
      process.destroyForcibly();
    }
  }
}
