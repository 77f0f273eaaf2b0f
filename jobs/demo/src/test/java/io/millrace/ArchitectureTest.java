package io.millrace;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Who may use whom: the table of rooms in docs/ARCHITECTURE.md, and a few rules of the house. */
class ArchitectureTest {
  /** Each room (the package below io.millrace), and the rooms that it may use besides itself. */
  private static final Map<String, Set<String>> MAY_USE =
      new TreeMap<>(
          Map.ofEntries(
              entry("detector"),
              entry("coordination", "detector"),
              entry("sockets"),
              entry("zeromq", "detector", "coordination", "sockets"),
              entry("ingest", "detector", "coordination", "sockets"),
              entry("hdf5", "detector"),
              entry("references", "detector", "hdf5"),
              entry("operators", "detector", "coordination"),
              entry(
                  "counting",
                  "detector",
                  "coordination",
                  "zeromq",
                  "hdf5",
                  "references",
                  "operators"),
              entry("parts"),
              entry("allocation", "coordination", "parts"),
              entry(
                  "gateway",
                  "detector",
                  "coordination",
                  "sockets",
                  "allocation",
                  "ingest",
                  "hdf5",
                  "operators"),
              entry("emulator"),
              entry("demo", "detector", "hdf5", "operators", "parts"),
              entry("chaos", "detector", "coordination", "hdf5", "operators", "parts"),
              entry("benchmarks", "detector", "hdf5", "operators", "parts")));

  static final Set<String> ROOMS = MAY_USE.keySet();

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.millrace");

  /** A Flink wrapper beside the plain classes that it wraps, or a class inside it. */
  private static final DescribedPredicate<JavaClass> WRAPPERS =
      DescribedPredicate.describe(
          "Flink wrappers",
          c ->
              topLevel(c).getSimpleName().endsWith("Function")
                  || topLevel(c).getSimpleName().endsWith("Operator"));

  /**
   * What computes, and neither waits nor talks to anybody. CalibrationSettings stands among it, and
   * does not belong to it: with it both wrappers that need a calibration join those of their job.
   */
  private static final DescribedPredicate<JavaClass> PURE =
      resideInAPackage(in("detector"))
          .or(resideInAPackage(in("operators")).and(not(WRAPPERS)))
          .and(not(simpleName("CalibrationSettings")))
          .as("the pure core");

  private static Map.Entry<String, Set<String>> entry(String room, String... others) {
    return Map.entry(room, Set.of(others));
  }

  private static String in(String room) {
    return "io.millrace." + room + "..";
  }

  private static JavaClass topLevel(JavaClass c) {
    return c.getEnclosingClass().map(ArchitectureTest::topLevel).orElse(c);
  }

  /** The rules below hold for no class at all; so there have to be some. */
  @ParameterizedTest
  @FieldSource("ROOMS")
  void classesOfTheRoomAreSeen(String room) {
    assertThat(CLASSES.that(resideInAPackage(in(room)))).isNotEmpty();
  }

  @Test
  void everyClassHasARoom() {
    String[] rooms = ROOMS.stream().map(ArchitectureTest::in).toArray(String[]::new);
    assertThat(CLASSES.that(not(resideInAnyPackage(rooms)))).isEmpty();
    assertThat(CLASSES.that(PURE)).isNotEmpty();
    assertThat(CLASSES.that(WRAPPERS)).isNotEmpty();
  }

  @ParameterizedTest
  @FieldSource("ROOMS")
  void roomUsesOnlyWhatItMay(String room) {
    String[] others =
        ROOMS.stream()
            .filter(other -> !other.equals(room) && !MAY_USE.get(room).contains(other))
            .map(ArchitectureTest::in)
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(in(room))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .check(CLASSES);
  }

  /** The demo looks at the system from outside; it only draws the pictures with its own hand. */
  @Test
  void demoUsesOnlyTheImagesOfTheOperators() {
    noClasses()
        .that()
        .resideInAPackage(in("demo"))
        .should()
        .dependOnClassesThat(
            resideInAPackage(in("operators"))
                .and(not(resideInAPackage("io.millrace.operators.images.."))))
        .check(CLASSES);
  }

  @Test
  void coreIsPure() {
    noClasses()
        .that(PURE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.flink..",
            "org.zeromq..",
            "zmq..",
            "org.apache.zookeeper..",
            "org.apache.curator..",
            in("coordination"))
        .check(CLASSES);
  }

  @Test
  void onlyCoordinationTouchesZooKeeper() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("coordination"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.zookeeper..", "org.apache.curator..")
        .check(CLASSES);
  }

  /** The benchmarks have a bare reader to compare with, and a bare hop to encrypt. */
  @Test
  void onlyWhatSendsAndReceivesTouchesZeroMq() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            in("sockets"),
            in("zeromq"),
            in("ingest"),
            in("gateway.live"),
            in("benchmarks.parts"),
            in("benchmarks.curve"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.zeromq..", "zmq..")
        .check(CLASSES);
  }

  /** Such a name says nothing. LaneFetcherManager bears the name of its role in Flink. */
  @Test
  void namesSayWhatTheyAre() {
    assertThat(
            CLASSES.stream()
                .map(JavaClass::getSimpleName)
                .filter(name -> name.matches(".*(Manager|Helper|Utils?|Impl)"))
                .collect(Collectors.toSet()))
        .isSubsetOf("LaneFetcherManager");
  }

  @Test
  void onlyMainEndsTheProcess() {
    noClasses()
        .that(
            not(
                DescribedPredicate.describe(
                    "has a main method",
                    (JavaClass c) -> c.tryGetMethod("main", String[].class).isPresent())))
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(CLASSES);
  }
}
