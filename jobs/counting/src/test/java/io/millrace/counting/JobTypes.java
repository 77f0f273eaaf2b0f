package io.millrace.counting;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobInfoImpl;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFunction;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.functions.SerializerFactory;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeinfo.BasicTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.operators.UdfStreamOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;

/** The types that a job's records and states have, by where they were found. */
final class JobTypes {
  private final Map<String, TypeInformation<?>> byPlace = new LinkedHashMap<>();

  /** What goes out of every transformation, side outputs too, and so into the next. */
  static JobTypes ofRecords(StreamExecutionEnvironment env) {
    JobTypes types = new JobTypes();
    transformations(env)
        .forEach(
            t -> types.byPlace.put("%d %s".formatted(t.getId(), t.getName()), t.getOutputType()));
    return types;
  }

  /** What every function of these names keeps in Flink's state; opens the functions for that. */
  static JobTypes ofStates(StreamExecutionEnvironment env, Set<String> names) throws Exception {
    JobTypes types = new JobTypes();
    for (Transformation<?> t : transformations(env)) {
      if (names.contains(t.getName()) && function(t) instanceof RichFunction function) {
        function.setRuntimeContext(types.recording(t.getName()));
        function.open(new OpenContext() {});
        function.close();
      }
    }
    return types;
  }

  /** Names of the transformations that have a function, which may have state. */
  static Set<String> functions(StreamExecutionEnvironment env) {
    Set<String> names = new TreeSet<>();
    transformations(env).stream()
        .filter(t -> function(t) instanceof RichFunction)
        .forEach(t -> names.add(t.getName()));
    return names;
  }

  /**
   * What Flink would have to find out by reflection: records without a registered serializer, and
   * composed types, which hide such records.
   */
  List<String> unregistered(Set<Class<?>> registered) {
    List<String> found = new ArrayList<>();
    byPlace.forEach(
        (place, type) -> {
          if (type instanceof GenericTypeInfo<?>) {
            concrete(type.getTypeClass())
                .filter(c -> !registered.contains(c))
                .forEach(c -> found.add(place + ": " + c.getName()));
          } else if (!(type instanceof BasicTypeInfo<?>) && !hasSerializerOfOurs(type)) {
            found.add(place + ": " + type);
          }
        });
    return found;
  }

  private static boolean hasSerializerOfOurs(TypeInformation<?> type) {
    return type.createSerializer(new SerializerConfigImpl())
        .getClass()
        .getName()
        .startsWith("io.millrace.");
  }

  /** The class itself, or all that a sealed interface permits. */
  private static Stream<Class<?>> concrete(Class<?> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses()).flatMap(JobTypes::concrete)
        : Stream.of(type);
  }

  private static Set<Transformation<?>> transformations(StreamExecutionEnvironment env) {
    Set<Transformation<?>> all = new LinkedHashSet<>();
    env.getTransformations().forEach(t -> all.addAll(t.getTransitivePredecessors()));
    return all;
  }

  private static Function function(Transformation<?> transformation) {
    StreamOperatorFactory<?> factory =
        transformation instanceof OneInputTransformation<?, ?> one
            ? one.getOperatorFactory()
            : transformation instanceof TwoInputTransformation<?, ?, ?> two
                ? two.getOperatorFactory()
                : null;
    return factory instanceof UdfStreamOperatorFactory<?> udf ? udf.getUserFunction() : null;
  }

  /** A context that notes the type of each state that a function asks for. */
  private RuntimeContext recording(String name) {
    return (RuntimeContext)
        Proxy.newProxyInstance(
            JobTypes.class.getClassLoader(),
            new Class<?>[] {RuntimeContext.class},
            (proxy, method, arguments) -> {
              if (arguments != null && arguments[0] instanceof StateDescriptor<?, ?> descriptor) {
                descriptor.initializeSerializerUnlessSet(
                    new SerializerFactory() {
                      @Override
                      public <T> TypeSerializer<T> createSerializer(TypeInformation<T> type) {
                        byPlace.put("state %s of %s".formatted(descriptor.getName(), name), type);
                        return type.createSerializer(new SerializerConfigImpl());
                      }
                    });
                return null;
              }
              if (method.getName().equals("getMetricGroup")) {
                return UnregisteredMetricsGroup.createOperatorMetricGroup();
              }
              if (method.getName().equals("getJobInfo")) {
                return new JobInfoImpl(new JobID(), name);
              }
              throw new UnsupportedOperationException(method.toString());
            });
  }
}
