// The AWS SDK for Java v2 against a lake: java -cp JARS Main.java ENDPOINT ACCESS_KEY SECRET_KEY BUCKET
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.*;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

public class Main {
  static final Region REGION = Region.US_EAST_1;
  static URI endpoint;
  static StaticCredentialsProvider credentials;
  static String bucket;
  static int failures = 0;

  interface Check { void run() throws Exception; }

  static void check(String name, Check check) {
    long started = System.currentTimeMillis();
    try {
      check.run();
      System.out.println("ok " + name + " (" + (System.currentTimeMillis() - started) + " ms)");
    } catch (Throwable problem) {
      failures++;
      System.out.println("FAILED " + name);
      problem.printStackTrace(System.out);
    }
  }

  static void expect(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }

  static void same(Object wanted, Object got) {
    if (!wanted.equals(got)) throw new AssertionError("wanted " + wanted + ", got " + got);
  }

  static S3Exception refused(Check check) throws Exception {
    try {
      check.run();
    } catch (S3Exception refused) {
      return refused;
    }
    throw new AssertionError("nothing was refused");
  }

  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  static S3Client client(boolean pathStyle, URI at) {
    return S3Client.builder().endpointOverride(at).region(REGION).credentialsProvider(credentials)
        .httpClient(UrlConnectionHttpClient.create()).forcePathStyle(pathStyle).build();
  }

  public static void main(String[] arguments) throws Exception {
    endpoint = URI.create(arguments[0]);
    credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create(arguments[1], arguments[2]));
    bucket = arguments[3];
    S3Client s3 = client(true, endpoint);
    s3.createBucket(b -> b.bucket(bucket));
    s3.waiter().waitUntilBucketExists(b -> b.bucket(bucket));
    check("puts and gets with the default checksums", () -> objects(s3));
    check("streams of unknown signature: aws-chunked with a trailer", () -> streams(s3));
    check("checksums of every algorithm", () -> checksums(s3));
    check("virtual hosts", () -> virtualHosts());
    check("a multipart upload by hand, with parts read by number", () -> multipart(s3));
    check("conditional writes and reads", () -> conditions(s3));
    check("paginated listings with odd names", () -> listings(s3));
    check("errors as typed exceptions", () -> errors(s3));
    check("presigned requests", () -> presigned());
    check("encryption with keys of the lake's KMS", () -> encryption(s3));
    check("versions, tags and a lifecycle", () -> settings(s3));
    check("the asynchronous client and the transfer manager", () -> transfers(s3));
    System.exit(failures == 0 ? 0 : 1);
  }

  static void objects(S3Client s3) {
    PutObjectResponse put = s3.putObject(b -> b.bucket(bucket).key("ünï/a b+c.txt").contentType("text/plain")
        .metadata(Map.of("colour", "blue")), RequestBody.fromString("hello lake"));
    expect(put.checksumCRC32() != null, "the SDK's default CRC32 is not told back");
    ResponseBytes<GetObjectResponse> got = s3.getObjectAsBytes(b -> b.bucket(bucket).key("ünï/a b+c.txt"));
    same("hello lake", got.asUtf8String());
    same("blue", got.response().metadata().get("colour"));
    same("text/plain", got.response().contentType());
    same("lake", s3.getObjectAsBytes(b -> b.bucket(bucket).key("ünï/a b+c.txt").range("bytes=6-")).asUtf8String());
    s3.copyObject(b -> b.sourceBucket(bucket).sourceKey("ünï/a b+c.txt").destinationBucket(bucket).destinationKey("copy"));
    same(10L, s3.headObject(b -> b.bucket(bucket).key("copy")).contentLength());
    s3.deleteObjects(b -> b.bucket(bucket).delete(d -> d.objects(ObjectIdentifier.builder().key("copy").build())));
    same(404, refusedStatus(s3, "copy"));
    s3.putObject(b -> b.bucket(bucket).key("empty"), RequestBody.empty());
    same(0L, s3.headObject(b -> b.bucket(bucket).key("empty")).contentLength());
  }

  static int refusedStatus(S3Client s3, String key) {
    try {
      s3.headObject(b -> b.bucket(bucket).key(key));
      return 200;
    } catch (S3Exception refused) {
      return refused.statusCode();
    }
  }

  static void streams(S3Client s3) {
    byte[] body = random(3_000_000);
    ContentStreamProvider provider = () -> new java.io.ByteArrayInputStream(body);
    s3.putObject(b -> b.bucket(bucket).key("streamed"), RequestBody.fromContentProvider(provider, "application/x-test"));
    expect(Arrays.equals(body, s3.getObjectAsBytes(b -> b.bucket(bucket).key("streamed")).asByteArray()), "other bytes");
    HeadObjectResponse told = s3.headObject(b -> b.bucket(bucket).key("streamed").checksumMode(ChecksumMode.ENABLED));
    same(ChecksumType.FULL_OBJECT, told.checksumType());
    expect(told.contentEncoding() == null || !told.contentEncoding().contains("aws-chunked"), "aws-chunked was kept");
  }

  static void checksums(S3Client s3) {
    for (ChecksumAlgorithm algorithm : List.of(ChecksumAlgorithm.CRC32, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256)) {
      s3.putObject(b -> b.bucket(bucket).key("sum").checksumAlgorithm(algorithm), RequestBody.fromBytes(random(70_000)));
      GetObjectAttributesResponse told = s3.getObjectAttributes(b -> b.bucket(bucket).key("sum")
          .objectAttributes(ObjectAttributes.CHECKSUM, ObjectAttributes.OBJECT_SIZE));
      same(70_000L, told.objectSize());
      s3.getObjectAsBytes(b -> b.bucket(bucket).key("sum").checksumMode(ChecksumMode.ENABLED));
    }
    same("BadDigest", catchCode(() -> s3.putObject(b -> b.bucket(bucket).key("bad").checksumCRC32("AAAAAA=="),
        RequestBody.fromString("x"))));
  }

  static String catchCode(Runnable run) {
    try {
      run.run();
    } catch (S3Exception refused) {
      return refused.awsErrorDetails().errorCode();
    }
    return "";
  }

  static void virtualHosts() throws Exception {
    URI at = URI.create("http://localhost:" + endpoint.getPort());
    try {
      java.net.InetAddress.getByName(bucket + ".localhost");
    } catch (java.net.UnknownHostException unknown) {
      System.out.println("this machine's resolver knows no names under localhost: virtual hosts are left out");
      return;
    }
    try (S3Client s3 = client(false, at)) {
      s3.putObject(b -> b.bucket(bucket).key("virtual"), RequestBody.fromString("host"));
      same("host", s3.getObjectAsBytes(b -> b.bucket(bucket).key("virtual")).asUtf8String());
    }
  }

  static void multipart(S3Client s3) throws Exception {
    CreateMultipartUploadResponse made = s3.createMultipartUpload(b -> b.bucket(bucket).key("parts")
        .checksumAlgorithm(ChecksumAlgorithm.CRC32));
    byte[] first = random(5 << 20), second = random(1000);
    UploadPartResponse one = s3.uploadPart(b -> b.bucket(bucket).key("parts").uploadId(made.uploadId()).partNumber(1),
        RequestBody.fromBytes(first));
    s3.putObject(b -> b.bucket(bucket).key("source"), RequestBody.fromBytes(second));
    UploadPartCopyResponse two = s3.uploadPartCopy(b -> b.sourceBucket(bucket).sourceKey("source").destinationBucket(bucket)
        .destinationKey("parts").uploadId(made.uploadId()).partNumber(2));
    same(2, s3.listPartsPaginator(b -> b.bucket(bucket).key("parts").uploadId(made.uploadId())).parts().stream()
        .collect(Collectors.toList()).size());
    CompleteMultipartUploadResponse done = s3.completeMultipartUpload(b -> b.bucket(bucket).key("parts")
        .uploadId(made.uploadId()).multipartUpload(m -> m.parts(
            CompletedPart.builder().partNumber(1).eTag(one.eTag()).checksumCRC32(one.checksumCRC32()).build(),
            CompletedPart.builder().partNumber(2).eTag(two.copyPartResult().eTag())
                .checksumCRC32(two.copyPartResult().checksumCRC32()).build())));
    expect(done.eTag().endsWith("-2\""), done.eTag());
    ResponseBytes<GetObjectResponse> part = s3.getObjectAsBytes(b -> b.bucket(bucket).key("parts").partNumber(2));
    expect(Arrays.equals(second, part.asByteArray()), "part 2 has other bytes");
    same(2, part.response().partsCount());
    CreateMultipartUploadResponse left = s3.createMultipartUpload(b -> b.bucket(bucket).key("left"));
    s3.abortMultipartUpload(b -> b.bucket(bucket).key("left").uploadId(left.uploadId()));
    same(0, s3.listMultipartUploads(b -> b.bucket(bucket)).uploads().size());
  }

  static void conditions(S3Client s3) throws Exception {
    PutObjectResponse put = s3.putObject(b -> b.bucket(bucket).key("once").ifNoneMatch("*"), RequestBody.fromString("1"));
    same("PreconditionFailed", catchCode(() -> s3.putObject(b -> b.bucket(bucket).key("once").ifNoneMatch("*"),
        RequestBody.fromString("2"))));
    s3.putObject(b -> b.bucket(bucket).key("once").ifMatch(put.eTag()), RequestBody.fromString("2"));
    same("PreconditionFailed", catchCode(() -> s3.putObject(b -> b.bucket(bucket).key("once").ifMatch(put.eTag()),
        RequestBody.fromString("3"))));
    String now = s3.headObject(b -> b.bucket(bucket).key("once")).eTag();
    same(304, refused(() -> s3.getObjectAsBytes(b -> b.bucket(bucket).key("once").ifNoneMatch(now))).statusCode());
    same(412, refused(() -> s3.deleteObject(b -> b.bucket(bucket).key("once").ifMatch(put.eTag()))).statusCode());
  }

  static void listings(S3Client s3) {
    List<String> wanted = IntStream.range(0, 25).mapToObj(i -> String.format("list/%02d ü&<+>%%.txt", i))
        .collect(Collectors.toList());
    wanted.forEach(key -> s3.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromString("x")));
    same(wanted, s3.listObjectsV2Paginator(b -> b.bucket(bucket).prefix("list/").maxKeys(7)).contents().stream()
        .map(S3Object::key).collect(Collectors.toList()));
    same(wanted.subList(5, 25), s3.listObjectsV2(b -> b.bucket(bucket).prefix("list/").startAfter(wanted.get(4)))
        .contents().stream().map(S3Object::key).collect(Collectors.toList()));
    same(List.of("list/"), s3.listObjectsV2(b -> b.bucket(bucket).prefix("li").delimiter("/")).commonPrefixes().stream()
        .map(CommonPrefix::prefix).collect(Collectors.toList()));
    expect(s3.listBucketsPaginator(b -> b.prefix(bucket)).buckets().stream().anyMatch(b -> b.name().equals(bucket)), "buckets");
  }

  static void errors(S3Client s3) throws Exception {
    expect(refused(() -> s3.getObjectAsBytes(b -> b.bucket(bucket).key("none"))) instanceof NoSuchKeyException, "NoSuchKey");
    expect(refused(() -> s3.listObjectsV2(b -> b.bucket(bucket + "none"))) instanceof NoSuchBucketException, "NoSuchBucket");
    expect(refused(() -> s3.headBucket(b -> b.bucket(bucket + "none"))) instanceof NoSuchBucketException, "HeadBucket");
    S3Exception policy = refused(() -> s3.getBucketPolicy(b -> b.bucket(bucket)));
    same("NoSuchBucketPolicy", policy.awsErrorDetails().errorCode());
    expect(policy.requestId() != null && policy.extendedRequestId() != null, "no request ids");
    try (S3Client stranger = S3Client.builder().endpointOverride(endpoint).region(REGION).forcePathStyle(true)
        .httpClient(UrlConnectionHttpClient.create()).credentialsProvider(StaticCredentialsProvider.create(
            AwsBasicCredentials.create("AKIANOBODY0000000001", "secret"))).build()) {
      same("InvalidAccessKeyId", refused(() -> stranger.listBuckets()).awsErrorDetails().errorCode());
    }
  }

  static void presigned() throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    try (S3Presigner presigner = S3Presigner.builder().endpointOverride(endpoint).region(REGION)
        .credentialsProvider(credentials).serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
        .build()) {
      URI put = presigner.presignPutObject(p -> p.signatureDuration(Duration.ofMinutes(1))
          .putObjectRequest(b -> b.bucket(bucket).key("signed"))).url().toURI();
      same(200, http.send(HttpRequest.newBuilder(put).PUT(HttpRequest.BodyPublishers.ofString("by link")).build(),
          HttpResponse.BodyHandlers.discarding()).statusCode());
      URI get = presigner.presignGetObject(p -> p.signatureDuration(Duration.ofMinutes(1))
          .getObjectRequest(b -> b.bucket(bucket).key("signed").responseContentType("text/x"))).url().toURI();
      HttpResponse<String> got = http.send(HttpRequest.newBuilder(get).build(), HttpResponse.BodyHandlers.ofString());
      same("by link", got.body());
      same("text/x", got.headers().firstValue("content-type").orElse(""));
    }
  }

  static void encryption(S3Client s3) throws Exception {
    try (KmsClient kms = KmsClient.builder().endpointOverride(endpoint).region(REGION).credentialsProvider(credentials)
        .httpClient(UrlConnectionHttpClient.create()).build()) {
      String key = kms.createKey().keyMetadata().arn();
      SdkBytes secret = kms.encrypt(b -> b.keyId(key).plaintext(SdkBytes.fromUtf8String("secret"))).ciphertextBlob();
      same("secret", kms.decrypt(b -> b.ciphertextBlob(secret)).plaintext().asUtf8String());
      PutObjectResponse put = s3.putObject(b -> b.bucket(bucket).key("sealed")
          .serverSideEncryption(ServerSideEncryption.AWS_KMS).ssekmsKeyId(key), RequestBody.fromString("sealed"));
      same(key, put.ssekmsKeyId());
      same("sealed", s3.getObjectAsBytes(b -> b.bucket(bucket).key("sealed")).asUtf8String());
      kms.disableKey(b -> b.keyId(key));
      expect(refused(() -> s3.getObjectAsBytes(b -> b.bucket(bucket).key("sealed"))).statusCode() == 400, "a disabled key opened");
    }
  }

  static void settings(S3Client s3) {
    s3.putBucketVersioning(b -> b.bucket(bucket).versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
    for (String text : List.of("1", "2")) s3.putObject(b -> b.bucket(bucket).key("kept").tagging("stage=raw"), RequestBody.fromString(text));
    s3.deleteObject(b -> b.bucket(bucket).key("kept"));
    same(2L, s3.listObjectVersionsPaginator(b -> b.bucket(bucket).prefix("kept")).versions().stream().count());
    String first = s3.listObjectVersions(b -> b.bucket(bucket).prefix("kept")).versions().get(1).versionId();
    same("1", s3.getObjectAsBytes(b -> b.bucket(bucket).key("kept").versionId(first)).asUtf8String());
    same("raw", s3.getObjectTagging(b -> b.bucket(bucket).key("kept").versionId(first)).tagSet().get(0).value());
    s3.putBucketLifecycleConfiguration(b -> b.bucket(bucket).lifecycleConfiguration(l -> l.rules(LifecycleRule.builder().id("old")
        .status(ExpirationStatus.ENABLED).filter(f -> f.prefix("logs/")).expiration(e -> e.days(9)).build())));
    same(9, s3.getBucketLifecycleConfiguration(b -> b.bucket(bucket)).rules().get(0).expiration().days());
    s3.putBucketCors(b -> b.bucket(bucket).corsConfiguration(c -> c.corsRules(CORSRule.builder().allowedMethods("GET")
        .allowedOrigins("*").build())));
    same(List.of("GET"), s3.getBucketCors(b -> b.bucket(bucket)).corsRules().get(0).allowedMethods());
  }

  static void transfers(S3Client s3) throws Exception {
    byte[] body = random(20_000_000);
    Path local = Files.createTempFile("tarn", ".bin"), back = Files.createTempFile("tarn", ".bin");
    Files.write(local, body);
    try (S3AsyncClient async = S3AsyncClient.builder().endpointOverride(endpoint).region(REGION).forcePathStyle(true)
             .credentialsProvider(credentials).httpClientBuilder(NettyNioAsyncHttpClient.builder()).multipartEnabled(true)
             .build();
         S3TransferManager transfers = S3TransferManager.builder().s3Client(async).build()) {
      async.putObject(b -> b.bucket(bucket).key("async"), AsyncRequestBody.fromString("async")).join();
      same("async", async.getObject(b -> b.bucket(bucket).key("async"), AsyncResponseTransformer.toBytes()).join().asUtf8String());
      transfers.uploadFile(b -> b.source(local).putObjectRequest(p -> p.bucket(bucket).key("large"))).completionFuture().join();
      expect(s3.headObject(b -> b.bucket(bucket).key("large")).eTag().contains("-"), "no multipart upload");
      transfers.downloadFile(b -> b.destination(back).getObjectRequest(g -> g.bucket(bucket).key("large"))).completionFuture().join();
      expect(Files.mismatch(local, back) == -1, "other bytes came back");
      transfers.copy(b -> b.copyObjectRequest(c -> c.sourceBucket(bucket).sourceKey("large").destinationBucket(bucket)
          .destinationKey("large-copy"))).completionFuture().join();
      same(20_000_000L, s3.headObject(b -> b.bucket(bucket).key("large-copy")).contentLength());
    } finally {
      Files.delete(local);
      Files.delete(back);
    }
  }
}
