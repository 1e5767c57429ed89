// Flink reads a stream of records "KEY:NUMBER" and counts and adds up each key's in its state, over one failure of the job and what it then
// restores. Arguments: the lake's endpoint, the stream, POLLING or EFO, after how many records the job fails.
// It prints for each record: count KEY NUMBER COUNT SUM SHARD, between tabs; and: failing, restored.
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.restartstrategy.RestartStrategies;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.DiscardingSink;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;
import org.apache.flink.util.Collector;

public class Counts {
  static PrintStream out;
  static final AtomicInteger seen = new AtomicInteger();
  static volatile boolean snapshotTaken;

  public static class Texts implements KinesisDeserializationSchema<String[]> {
    public String[] deserialize(byte[] value, String key, String sequence, long arrived, String stream, String shard) {
      String[] words = new String(value, StandardCharsets.UTF_8).split(":");
      return new String[] {words[0], words[1], shard};
    }
    public TypeInformation<String[]> getProducedType() { return TypeInformation.of(String[].class); }
  }

  public static class Count extends KeyedProcessFunction<String, String[], Long> implements CheckpointedFunction {
    final int failAfter;
    transient ValueState<Long> count, sum;

    Count(int failAfter) { this.failAfter = failAfter; }

    public void open(Configuration settings) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
      sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Types.LONG));
    }

    public void processElement(String[] record, Context context, Collector<Long> next) throws Exception {
      count.update((count.value() == null ? 0 : count.value()) + 1);
      sum.update((sum.value() == null ? 0 : sum.value()) + Long.parseLong(record[1]));
      out.println("count\t" + record[0] + "\t" + record[1] + "\t" + count.value() + "\t" + sum.value() + "\t" + record[2]);
      if (seen.incrementAndGet() >= failAfter && snapshotTaken) {
        snapshotTaken = false;
        seen.set(Integer.MIN_VALUE);
        out.println("failing");
        throw new IllegalStateException("the test wants this job to fail");
      }
    }

    public void snapshotState(FunctionSnapshotContext context) { snapshotTaken = seen.get() > 0; }

    public void initializeState(FunctionInitializationContext context) {
      if (context.isRestored()) out.println("restored");
    }
  }

  public static void main(String[] args) throws Exception {
    out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    Properties settings = new Properties();
    settings.setProperty("aws.region", "us-east-1");
    settings.setProperty("aws.endpoint", args[0]);
    settings.setProperty("flink.stream.initpos", "TRIM_HORIZON");
    settings.setProperty("flink.stream.recordpublisher", args[2]);
    settings.setProperty("flink.stream.efo.consumername", "flink");
    settings.setProperty("flink.shard.discovery.intervalmillis", "500");
    settings.setProperty("flink.shard.getrecords.intervalmillis", "250");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
    env.enableCheckpointing(300);
    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, 500));
    env.addSource(new FlinkKinesisConsumer<>(args[1], new Texts(), settings)).keyBy(record -> record[0])
        .process(new Count(Integer.parseInt(args[3]))).addSink(new DiscardingSink<>());
    env.execute("counts");
  }
}
