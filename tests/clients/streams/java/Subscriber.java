// The AWS SDK for Java v2 on one stream: HTTP/2 by prior knowledge and CBOR, as KCL and Flink use it. Prints what it saw.
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.ProtocolNegotiation;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.*;

public class Subscriber {
  static final List<String> records = Collections.synchronizedList(new ArrayList<>());
  static final List<String> children = Collections.synchronizedList(new ArrayList<>());
  static volatile String continuation = "";

  public static void main(String[] args) throws Exception {
    String name = args[1];
    KinesisAsyncClient kinesis = KinesisAsyncClient.builder().endpointOverride(URI.create(args[0]))
        .httpClientBuilder(NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP2)
            .protocolNegotiation(ProtocolNegotiation.ASSUME_PROTOCOL))
        .build();
    kinesis.createStream(r -> r.streamName(name).shardCount(1)).get();
    kinesis.waiter().waitUntilStreamExists(r -> r.streamName(name),
        w -> w.backoffStrategyV2(software.amazon.awssdk.retries.api.BackoffStrategy.fixedDelay(Duration.ofMillis(100)))).get();
    StreamDescriptionSummary stream = kinesis.describeStreamSummary(r -> r.streamName(name)).get().streamDescriptionSummary();
    System.out.println("created " + near(stream.streamCreationTimestamp()));
    Instant before = Instant.now().minusSeconds(60);
    for (int i = 0; i < 3; ++i) put(kinesis, name, "early" + i);

    String iterator = kinesis.getShardIterator(r -> r.streamName(name).shardId("shardId-000000000000")
        .shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(before)).get().shardIterator();
    GetRecordsResponse got = kinesis.getRecords(r -> r.shardIterator(iterator)).get();
    System.out.println("got " + got.records().size() + " " + got.records().get(0).data().asUtf8String() + " "
        + near(got.records().get(0).approximateArrivalTimestamp()));
    try {
      kinesis.describeStreamSummary(r -> r.streamName("absent-" + name)).get();
    } catch (java.util.concurrent.ExecutionException refused) {
      System.out.println("refused " + refused.getCause().getClass().getSimpleName());
    }

    Consumer consumer = kinesis.registerStreamConsumer(r -> r.streamARN(stream.streamARN()).consumerName("java")).get().consumer();
    while (kinesis.describeStreamConsumer(r -> r.consumerARN(consumer.consumerARN())).get().consumerDescription()
        .consumerStatus() != ConsumerStatus.ACTIVE) {
      Thread.sleep(50);
    }
    CountDownLatch first = new CountDownLatch(3);
    CountDownLatch all = new CountDownLatch(6);
    SubscribeToShardResponseHandler handler = SubscribeToShardResponseHandler.builder()
        .subscriber(SubscribeToShardResponseHandler.Visitor.builder().onSubscribeToShardEvent(event -> {
          for (software.amazon.awssdk.services.kinesis.model.Record record : event.records()) {
            records.add(record.data().asUtf8String());
            first.countDown();
            all.countDown();
          }
          continuation = event.continuationSequenceNumber();
          for (ChildShard child : event.childShards()) children.add(child.shardId());
        }).build()).build();
    CompletableFuture<Void> subscription = kinesis.subscribeToShard(r -> r.consumerARN(consumer.consumerARN())
        .shardId("shardId-000000000000").startingPosition(p -> p.type(ShardIteratorType.TRIM_HORIZON)), handler);
    System.out.println("first " + first.await(30, TimeUnit.SECONDS));
    for (int i = 0; i < 3; ++i) put(kinesis, name, "late" + i);
    System.out.println("all " + all.await(30, TimeUnit.SECONDS) + " " + records);
    kinesis.updateShardCount(r -> r.streamName(name).targetShardCount(2).scalingType(ScalingType.UNIFORM_SCALING)).get();
    subscription.get(60, TimeUnit.SECONDS);
    System.out.println("ended " + continuation + " " + new java.util.TreeSet<>(children));
    kinesis.close();
  }

  static boolean near(Instant time) {
    return Duration.between(time, Instant.now()).abs().toMinutes() < 5;
  }

  static void put(KinesisAsyncClient kinesis, String name, String text) throws Exception {
    kinesis.putRecord(r -> r.streamName(name).partitionKey("k").data(SdkBytes.fromUtf8String(text))).get();
  }
}
