// minio-go against a lake: main ENDPOINT ACCESS_KEY SECRET_KEY BUCKET. Ends with a message at the first thing that is wrong.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/lifecycle"
	"github.com/minio/minio-go/v7/pkg/tags"
)

var ctx = context.Background()

func must(err error, what string) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

func expect(holds bool, what string, got ...interface{}) {
	if !holds {
		log.Fatalf("%s %v", what, got)
	}
}

func refused(err error, code string) {
	expect(err != nil && minio.ToErrorResponse(err).Code == code, "wanted "+code+", got", err)
}

func random(size int) []byte {
	body := make([]byte, size)
	rand.New(rand.NewSource(int64(size))).Read(body)
	return body
}

func read(client *minio.Client, bucket, key string, options minio.GetObjectOptions) []byte {
	object, err := client.GetObject(ctx, bucket, key, options)
	must(err, "get "+key)
	defer object.Close()
	body, err := io.ReadAll(object)
	must(err, "read "+key)
	return body
}

func objects(client *minio.Client, bucket string) {
	names := []string{"a b+c.txt", "ünï/雪", "per%cent&?#", "quote'\"(1)*~!$,;=@:"}
	for _, name := range names {
		_, err := client.PutObject(ctx, bucket, name, bytes.NewReader([]byte(name)), int64(len(name)), minio.PutObjectOptions{
			ContentType: "text/plain", UserMetadata: map[string]string{"Colour": "blue"}, UserTags: map[string]string{"stage": "raw"}})
		must(err, "put "+name)
		expect(string(read(client, bucket, name, minio.GetObjectOptions{})) == name, "other bytes under", name)
	}
	told, err := client.StatObject(ctx, bucket, names[0], minio.StatObjectOptions{})
	must(err, "stat")
	expect(told.ContentType == "text/plain" && told.UserMetadata["Colour"] == "blue", "metadata", told)
	listed := 0
	for entry := range client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true, MaxKeys: 2}) {
		must(entry.Err, "list")
		listed++
	}
	expect(listed == len(names), "listed", listed)
	tagged, err := client.GetObjectTagging(ctx, bucket, names[0], minio.GetObjectTaggingOptions{})
	must(err, "get tags")
	expect(tagged.ToMap()["stage"] == "raw", "tags", tagged)
	_, err = client.CopyObject(ctx, minio.CopyDestOptions{Bucket: bucket, Object: "copy"}, minio.CopySrcOptions{Bucket: bucket, Object: names[2]})
	must(err, "copy")
	ranged := minio.GetObjectOptions{}
	must(ranged.SetRange(3, 6), "range")
	expect(string(read(client, bucket, "copy", ranged)) == "%cen", "a range has other bytes")
	gone := make(chan minio.ObjectInfo, len(names)+1)
	for _, name := range append(names, "copy") {
		gone <- minio.ObjectInfo{Key: name}
	}
	close(gone)
	for problem := range client.RemoveObjects(ctx, bucket, gone, minio.RemoveObjectsOptions{}) {
		must(problem.Err, "remove "+problem.ObjectName)
	}
	_, err = client.StatObject(ctx, bucket, "copy", minio.StatObjectOptions{})
	refused(err, "NoSuchKey")
	_, err = client.StatObject(ctx, bucket+"none", "copy", minio.StatObjectOptions{})
	expect(err != nil, "a bucket that is not there")
}

func parts(client *minio.Client, bucket string) {
	body := random(12 << 20)
	for _, size := range []int64{int64(len(body)), -1} { // known and streamed
		put, err := client.PutObject(ctx, bucket, "large", bytes.NewReader(body), size, minio.PutObjectOptions{PartSize: 5 << 20, NumThreads: 3})
		must(err, "put in parts")
		expect(put.ETag[len(put.ETag)-2:] == "-3", "etag", put.ETag)
		expect(bytes.Equal(read(client, bucket, "large", minio.GetObjectOptions{}), body), "other bytes came back")
	}
	_, err := client.ComposeObject(ctx, minio.CopyDestOptions{Bucket: bucket, Object: "composed"},
		minio.CopySrcOptions{Bucket: bucket, Object: "large"}, minio.CopySrcOptions{Bucket: bucket, Object: "large"})
	must(err, "compose")
	told, err := client.StatObject(ctx, bucket, "composed", minio.StatObjectOptions{})
	must(err, "stat")
	expect(told.Size == 2*int64(len(body)), "size", told.Size)
	core := minio.Core{Client: client}
	upload, err := core.NewMultipartUpload(ctx, bucket, "left", minio.PutObjectOptions{})
	must(err, "new upload")
	for left := range client.ListIncompleteUploads(ctx, bucket, "left", true) {
		expect(left.UploadID == upload, "another upload", left)
	}
	must(client.RemoveIncompleteUpload(ctx, bucket, "left"), "abort")
}

func links(client *minio.Client, bucket string) {
	put, err := client.PresignedPutObject(ctx, bucket, "by link", time.Minute)
	must(err, "presign")
	request, err := http.NewRequest("PUT", put.String(), bytes.NewReader([]byte("linked")))
	must(err, "request")
	answer, err := http.DefaultClient.Do(request)
	must(err, "put by link")
	expect(answer.StatusCode == 200, "status", answer.Status)
	get, err := client.PresignedGetObject(ctx, bucket, "by link", time.Minute, url.Values{"response-content-type": {"text/x"}})
	must(err, "presign")
	answer, err = http.Get(get.String())
	must(err, "get by link")
	body, _ := io.ReadAll(answer.Body)
	expect(string(body) == "linked" && answer.Header.Get("Content-Type") == "text/x", "by link", string(body))
}

func settings(client *minio.Client, bucket string) {
	must(client.EnableVersioning(ctx, bucket), "versioning")
	for _, text := range []string{"1", "2"} {
		_, err := client.PutObject(ctx, bucket, "kept", bytes.NewReader([]byte(text)), 1, minio.PutObjectOptions{SendContentMd5: true})
		must(err, "put")
	}
	must(client.RemoveObject(ctx, bucket, "kept", minio.RemoveObjectOptions{}), "remove")
	var versions []minio.ObjectInfo // newest first
	markers := 0
	for entry := range client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Prefix: "kept", WithVersions: true}) {
		must(entry.Err, "list versions")
		if entry.IsDeleteMarker {
			markers++
		} else {
			versions = append(versions, entry)
		}
	}
	expect(len(versions) == 2 && markers == 1, "versions", versions)
	expect(string(read(client, bucket, "kept", minio.GetObjectOptions{VersionID: versions[1].VersionID})) == "1", "the first version")
	wanted, err := tags.MapToBucketTags(map[string]string{"team": "lake"})
	must(err, "tags")
	must(client.SetBucketTagging(ctx, bucket, wanted), "set tags")
	got, err := client.GetBucketTagging(ctx, bucket)
	must(err, "get tags")
	expect(got.ToMap()["team"] == "lake", "tags", got)
	rules := lifecycle.NewConfiguration()
	rules.Rules = []lifecycle.Rule{{ID: "old", Status: "Enabled", RuleFilter: lifecycle.Filter{Prefix: "logs/"}, Expiration: lifecycle.Expiration{Days: 9}}}
	must(client.SetBucketLifecycle(ctx, bucket, rules), "set lifecycle")
	rules, err = client.GetBucketLifecycle(ctx, bucket)
	must(err, "get lifecycle")
	expect(rules.Rules[0].Expiration.Days == 9, "lifecycle", rules)
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["000000000000"]},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::%s/*"]}]}`, bucket)
	must(client.SetBucketPolicy(ctx, bucket, policy), "set policy")
	kept, err := client.GetBucketPolicy(ctx, bucket)
	must(err, "get policy")
	expect(len(kept) > 0, "policy")
	must(client.SetBucketPolicy(ctx, bucket, ""), "remove policy")
}

func main() {
	endpoint, err := url.Parse(os.Args[1])
	must(err, "endpoint")
	client, err := minio.New(endpoint.Host, &minio.Options{Creds: credentials.NewStaticV4(os.Args[2], os.Args[3], ""), Region: "us-east-1"})
	must(err, "client")
	bucket := os.Args[4]
	must(client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: "us-east-1"}), "make bucket")
	exists, err := client.BucketExists(ctx, bucket)
	must(err, "bucket exists")
	expect(exists, "the bucket is not there")
	objects(client, bucket)
	parts(client, bucket)
	links(client, bucket)
	settings(client, bucket)
	refused(client.RemoveBucket(ctx, bucket), "BucketNotEmpty")
	fmt.Println("all well")
}
