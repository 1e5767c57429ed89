// KCL 3 on one stream, its leases in a DynamoDB Local inside this process. Arguments: the lake's endpoint and the stream.
// Commands come line by line on the standard input, what happens goes out as lines of words between tabs. Applications (A) are
// "polling" and "fanout", named for how they read.
//   start A W   a worker W begins             worker A W
//   leases A    one line for each lease       lease KEY CHECKPOINT OWNER, then leases N
//   quit
// Of its own accord it says: begin A W SHARD FROM - record A W SHARD SEQUENCE SUBSEQUENCE KEY DATA - end A W SHARD -
// lost A W SHARD - asked A W SHARD (to hand the shard over) - failed A W SHARD WHY.
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.ProtocolNegotiation;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.utils.AttributeMap;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.LeaseCleanupConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.LeaseAssignmentStrategy;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.lifecycle.events.*;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.fanout.FanOutConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

public class Consumers {
  static final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
  static KinesisAsyncClient kinesis;
  static DynamoDbAsyncClient dynamo;
  static CloudWatchAsyncClient metrics;
  static String stream;

  static synchronized void say(Object... words) {
    StringBuilder line = new StringBuilder();
    for (Object word : words) line.append(line.length() == 0 ? "" : "\t").append(word);
    out.println(line);
  }

  static class Processor implements ShardRecordProcessor {
    final String application;
    final String worker;
    String shard;

    Processor(String application, String worker) {
      this.application = application;
      this.worker = worker;
    }

    public void initialize(InitializationInput input) {
      shard = input.shardId();
      say("begin", application, worker, shard, input.extendedSequenceNumber().sequenceNumber());
    }

    public void processRecords(ProcessRecordsInput input) {
      for (KinesisClientRecord record : input.records()) {
        byte[] data = new byte[record.data().remaining()];
        record.data().get(data);
        say("record", application, worker, shard, record.sequenceNumber(), record.subSequenceNumber(),
            record.partitionKey(), new String(data, StandardCharsets.UTF_8));
      }
      if (input.records().isEmpty()) return;
      checkpoint(() -> input.checkpointer().checkpoint());
    }

    public void leaseLost(LeaseLostInput input) { say("lost", application, worker, shard); }

    public void shardEnded(ShardEndedInput input) {
      say("end", application, worker, shard);
      checkpoint(() -> input.checkpointer().checkpoint());
    }

    public void shutdownRequested(ShutdownRequestedInput input) {
      say("asked", application, worker, shard);
      checkpoint(() -> input.checkpointer().checkpoint());
    }

    interface Step { void run() throws Exception; }

    void checkpoint(Step step) {
      try {
        step.run();
      } catch (Exception problem) {
        say("failed", application, worker, shard, problem);
      }
    }
  }

  static void start(String application, String worker) throws Exception {
    ConfigsBuilder configs = new ConfigsBuilder(
        new SingleStreamTracker(stream, InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON)),
        application + "-" + stream, kinesis, dynamo, metrics, worker, () -> new Processor(application, worker));
    LeaseManagementConfig leases = configs.leaseManagementConfig().failoverTimeMillis(2000).leaseAssignmentIntervalMillis(500L)
        .shardSyncIntervalMillis(1000).leasesRecoveryAuditorExecutionFrequencyMillis(1000)
        .leaseAssignmentStrategy(LeaseAssignmentStrategy.LEASE_COUNT_BASED)
        .dynamoDbLockBasedLeaderLeaseDurationInMillis(3000).dynamoDbLockBasedLeaderHeartbeatPeriodInMillis(500);
    leases.workerUtilizationAwareAssignmentConfig().disableWorkerMetrics(true).workerMetricsReporterFreqInMillis(500);
    // Leases of ended shards go after five minutes, which no setter shortens.
    Field cleanup = LeaseManagementConfig.class.getDeclaredField("leaseCleanupConfig");
    cleanup.setAccessible(true);
    cleanup.set(leases, LeaseCleanupConfig.builder().leaseCleanupIntervalMillis(500).completedLeaseCleanupIntervalMillis(500)
        .garbageLeaseCleanupIntervalMillis(5000).build());
    Scheduler scheduler = new Scheduler(configs.checkpointConfig(),
        configs.coordinatorConfig().parentShardPollIntervalMillis(200).shardConsumerDispatchPollIntervalMillis(100), leases,
        configs.lifecycleConfig(), configs.metricsConfig().metricsBufferTimeMillis(500), configs.processorConfig(),
        configs.retrievalConfig().retrievalSpecificConfig(application.equals("fanout")
            ? new FanOutConfig(kinesis).streamName(stream).applicationName(application)
            : new PollingConfig(stream, kinesis).idleTimeBetweenReadsInMillis(250)));
    Thread thread = new Thread(scheduler, application + "-" + worker);
    thread.setDaemon(true);
    thread.start();
    say("worker", application, worker);
  }

  static void leases(String application) throws Exception {
    int found = 0;
    String table = application + "-" + stream;
    for (Map<String, AttributeValue> item : dynamo.scan(r -> r.tableName(table).consistentRead(true)).get().items()) {
      if (!item.containsKey("checkpoint")) continue;  // KCL keeps other things in the same table
      ++found;
      say("lease", item.get("leaseKey").s(), item.get("checkpoint").s(),
          item.containsKey("leaseOwner") ? item.get("leaseOwner").s() : "");
    }
    say("leases", found);
  }

  public static void main(String[] args) throws Exception {
    System.setOut(System.err);  // DynamoDB Local and the libraries' loggers talk there
    stream = args[1];
    boolean tls = args[0].startsWith("https");
    int port;
    try (ServerSocket probe = new ServerSocket(0)) { port = probe.getLocalPort(); }
    DynamoDBProxyServer leaseStore = new DynamoDBProxyServer(port, new LocalDynamoDBServerHandler(
        new LocalDynamoDBRequestHandler(0, true, null, false, false), null));
    leaseStore.start();
    NettyNioAsyncHttpClient.Builder http = NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP2).maxConcurrency(1000)
        .protocolNegotiation(tls ? ProtocolNegotiation.ALPN : ProtocolNegotiation.ASSUME_PROTOCOL);
    kinesis = KinesisAsyncClient.builder().endpointOverride(URI.create(args[0])).httpClient(http.buildWithDefaults(
        AttributeMap.builder().put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true).build())).build();
    dynamo = DynamoDbAsyncClient.builder().endpointOverride(URI.create("http://127.0.0.1:" + port)).build();
    metrics = CloudWatchAsyncClient.builder().endpointOverride(URI.create(args[0])).httpClient(NettyNioAsyncHttpClient.builder()
        .buildWithDefaults(AttributeMap.builder().put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true).build())).build();
    say("ready");
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = commands.readLine()) != null && !line.equals("quit");) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "start": start(words[1], words[2]); break;
        case "leases": leases(words[1]); break;
        default: say("unknown", line);
      }
    }
    Runtime.getRuntime().halt(0);
  }
}
