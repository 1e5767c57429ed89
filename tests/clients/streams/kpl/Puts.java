// KPL on a stream, with aggregation. Arguments: the lake's port (TLS), the stream, how many records for each of eight keys.
// For each record that arrived it prints: put KEY DATA SHARD SEQUENCE ATTEMPTS, between tabs; at the end: over N.
import com.google.common.util.concurrent.ListenableFuture;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordFailedException;
import software.amazon.kinesis.producer.UserRecordResult;

public class Puts {
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    long port = Long.parseLong(args[0]);
    int count = Integer.parseInt(args[2]);
    KinesisProducer producer = new KinesisProducer(new KinesisProducerConfiguration()
        .setKinesisEndpoint("127.0.0.1").setKinesisPort(port).setCloudwatchEndpoint("127.0.0.1").setCloudwatchPort(port)
        .setStsEndpoint("127.0.0.1").setStsPort(port).setVerifyCertificate(false).setRegion("us-east-1")
        .setAggregationEnabled(true).setRecordMaxBufferedTime(100).setMetricsUploadDelay(1000));
    List<ListenableFuture<UserRecordResult>> pending = new ArrayList<>();
    List<String> what = new ArrayList<>();
    for (int i = 0; i < count; ++i) {
      for (int key = 0; key < 8; ++key) {
        String data = "{\"key\": \"k" + key + "\", \"number\": " + i + "}";
        pending.add(producer.addUserRecord(args[1], "k" + key, ByteBuffer.wrap(data.getBytes(StandardCharsets.UTF_8))));
        what.add("k" + key + "\t" + data);
      }
      if (i % 50 == 0) Thread.sleep(100);
    }
    producer.flushSync();
    int arrived = 0;
    for (int i = 0; i < pending.size(); ++i) {
      try {
        UserRecordResult result = pending.get(i).get();
        ++arrived;
        out.println("put\t" + what.get(i) + "\t" + result.getShardId() + "\t" + result.getSequenceNumber() + "\t"
            + result.getAttempts().size());
      } catch (java.util.concurrent.ExecutionException failed) {
        UserRecordFailedException cause = (UserRecordFailedException) failed.getCause();
        out.println("failed\t" + what.get(i) + "\t" + cause.getResult().getAttempts().stream()
            .map(a -> a.getErrorCode() + ": " + a.getErrorMessage()).toList());
      }
    }
    Thread.sleep(2500);  // its metrics go up each second
    producer.destroy();
    out.println("over\t" + arrived);
  }
}
