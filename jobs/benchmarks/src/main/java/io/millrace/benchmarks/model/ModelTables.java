package io.millrace.benchmarks.model;

import io.millrace.benchmarks.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What models say, side by side.
 *
 * @param models a column each
 */
record ModelTables(List<ScalingModel> models) {
  private static final double GIGA = 1e9;

  private record Line(String name, String unit, ToDoubleFunction<ScalingModel> value) {}

  private static final List<Line> NEEDS =
      List.of(
          new Line("pixels", "GB/s", m -> m.cameras().bytesPerSecond() / GIGA),
          new Line("pixels, on the links", "Gbit/s", m -> m.cameras().bytesPerSecond() * 8 / GIGA),
          new Line("compute: cores at work", "cores", ScalingModel::taskManagerCores),
          new Line("compute: nodes for the cores", "nodes", ScalingModel::nodesForCores),
          new Line("compute: nodes for the links", "nodes", ScalingModel::nodesForLinks),
          new Line("compute: nodes, the larger of both", "nodes", ScalingModel::computeNodes),
          new Line("lanes", "lanes", ScalingModel::lanes),
          new Line(
              "compute: memory of a node for sectors that wait",
              "GB",
              m -> m.slotBytesOfNode() / GIGA),
          new Line("aggregator: cores at work", "cores", ScalingModel::aggregatorCores),
          new Line("aggregator: nodes", "nodes", ScalingModel::aggregatorNodes),
          new Line("receiving servers: cores at work", "cores", ScalingModel::producerCores),
          new Line(
              "receiving servers: memory until acknowledged, each",
              "GB",
              m -> m.retainedBytes() / GIGA / m.cameras().number() / m.cameras().modules()),
          new Line("counted sectors between tasks", "GB/s", m -> m.shuffledBytesPerSecond() / GIGA),
          new Line("counted files", "GB/s", m -> m.fileBytesPerSecond() / GIGA));

  private static final List<Line> LOADS =
      List.of(
          new Line(
              "the one socket of a module's producer, and of its relay",
              "%",
              m -> 100 * m.moduleSocketLoad()),
          new Line("links of a module's receiving server", "%", m -> 100 * m.moduleLinkLoad()),
          new Line(
              "the one task of a scan: account, images, file", "%", m -> 100 * m.scanTaskLoad()),
          new Line("the one file of a scan on the file system", "%", m -> 100 * m.fileLoad()),
          new Line(
              "two scans in one task, of as many tasks as lanes: likelihood",
              "%",
              m -> 100 * m.likelihoodThatScansMeet(m.lanes())),
          new Line(
              "links of the compute nodes",
              "%",
              m ->
                  100
                      * (m.cameras().bytesPerSecond() + m.shuffledBytesPerSecond())
                      / (m.computeNodes() * m.node().linkBytesPerSecond())),
          new Line(
              "cores of the compute nodes",
              "%",
              m -> 100 * m.taskManagerCores() / (m.computeNodes() * m.node().cores())),
          new Line(
              "memory of the compute nodes, by waiting sectors",
              "%",
              m -> 100 * m.slotBytesOfNode() / m.node().memoryBytes()));

  /** What it takes. */
  String needs() {
    return table("needed", NEEDS);
  }

  /** How much of each part is in use. */
  String loads() {
    return table("in use", LOADS);
  }

  private String table(String head, List<Line> lines) {
    StringBuilder table = new StringBuilder("| " + head + " | unit |");
    StringBuilder rule = new StringBuilder("|---|---|");
    for (ScalingModel model : models) {
      table.append(" ").append(columnName(model)).append(" |");
      rule.append("---:|");
    }
    table.append('\n').append(rule).append('\n');
    for (Line line : lines) {
      table.append("| ").append(line.name).append(" | ").append(line.unit).append(" |");
      for (ScalingModel model : models) {
        table.append(' ').append(number(line.value.applyAsDouble(model))).append(" |");
      }
      table.append('\n');
    }
    return table.toString();
  }

  /** Both tables as rows. */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (ScalingModel model : models) {
      for (List<Line> lines : List.of(NEEDS, LOADS)) {
        for (Line line : lines) {
          rows.add(
              Row.of(
                  "%s: %s".formatted(columnName(model), line.name),
                  line.value.applyAsDouble(model),
                  line.unit));
        }
      }
    }
    return rows;
  }

  private static String columnName(ScalingModel model) {
    int n = model.cameras().number();
    return n + (n == 1 ? " camera" : " cameras");
  }

  private static String number(double value) {
    boolean whole = value == Math.rint(value);
    return String.format(
        Locale.ROOT, whole || value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }
}
