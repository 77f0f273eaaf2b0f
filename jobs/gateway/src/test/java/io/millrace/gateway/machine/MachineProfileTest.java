package io.millrace.gateway.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MachineProfileTest {
  static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

  @TempDir Path folder;

  static Stream<Path> profiles() throws IOException {
    return Files.list(ROOT.resolve("conf/machines"));
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void everyProfileOfTheHouseIsValidAndNamedAsItsFile(Path file) throws Exception {
    String name = file.getFileName().toString().replace(".yaml", "");
    assertThat(MachineProfile.load(ROOT, name).name()).isEqualTo(name);
  }

  @Test
  void aProfileSaysWhatItSays() throws Exception {
    MachineProfile perlmutter = MachineProfile.load(ROOT, "perlmutter");
    assertThat(perlmutter.facility().kind()).isEqualTo(MachineProfile.Kind.SUPERFACILITY);
    assertThat(perlmutter.facility().settings())
        .containsEntry("machine", "perlmutter")
        .doesNotContainKey("kind");
    assertThat(perlmutter.batch())
        .containsEntry("qos", "realtime")
        .containsEntry("exclusive", null);
    assertThat(perlmutter.interfaces()).containsExactly("hsn0", "hsn1");
    assertThat(perlmutter.folderOf("s1")).endsWith("/sessions/s1");
    assertThat(perlmutter.logOf("s1")).endsWith("/sessions/s1.log");
  }

  @Test
  void onThisMachineMillraceIsTheOneThatRuns() throws Exception {
    assertThat(MachineProfile.load(ROOT, "local").millrace()).isEqualTo(ROOT.toString());
  }

  private Path changed(String from, String to) throws IOException {
    String text = Files.readString(ROOT.resolve("conf/machines/local-slurm.yaml"));
    assertThat(text).contains(from);
    return Files.writeString(folder.resolve("changed.yaml"), text.replace(from, to));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kind: slurm | kind: pbs | kind is superfacility, slurmrestd, slurm or local, not 'pbs'",
        "most-nodes: 8 | most-nodes: 0 | most-nodes is 1 to 4096, not 0",
        "most-nodes: 8 | nodes: 8 | nodes",
        "most-nodes: 8 | most-nodes: many | many",
        "interfaces: [lo] | interfaces: [] | interfaces: name one",
        "interfaces: [lo] | interfaces: ['lo;id'] | 'lo;id' is not possible",
        "interfaces: [lo] | interfaces: [10.0.0.0/33] | '10.0.0.0/33' is not possible",
        "local: /tmp | local: tmp | local is an absolute path",
        "local: /tmp | local: '/tmp/$(id)' | local is an absolute path",
        "local: /tmp | local: '/tmp/a b' | local is an absolute path",
        "exclusive: | wrap: id | --wrap is set by Millrace",
        "exclusive: | nodes: 7 | --nodes is set by Millrace",
        "exclusive: | 'x y': | 'x y' is not possible",
        "exclusive: | qos: 'a --wrap=id' | 'a --wrap=id' is not possible",
        "exclusive: | qos: \"a\\n#SBATCH --wrap=id\" | is not possible",
        "local: /tmp | {local: /tmp | not valid",
      })
  void whatIsImpossibleIsSaid(String from, String to, String says) throws Exception {
    Path file = changed(from, to);
    assertThatThrownBy(() -> MachineProfile.load(ROOT, file.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("changed.yaml is not valid")
        .hasMessageContaining(says);
  }

  @Test
  void aRemoteMachineHasToSayWhereMillraceIs() throws Exception {
    Path file = changed("kind: slurm\n", "kind: slurmrestd\n");
    assertThatThrownBy(() -> MachineProfile.load(ROOT, file.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("millrace: say where Millrace is");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nowhere", "../../pom", "/nowhere.yaml", "a;b", ""})
  void aMachineThatIsNotThereIsSaid(String name) {
    assertThatThrownBy(() -> MachineProfile.load(ROOT, name))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no machine profile");
  }
}
