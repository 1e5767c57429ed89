"""The practice lake of the requirements (lesson 6.2, exercise 1), run as its page has it.

Only what the page leaves out is added: the imports, and `lake.cloudwatch`, which the class uses and never makes.
"""
import asyncio
import json
import logging
import os
import time
from datetime import datetime, timedelta
from typing import Any, Callable, Dict

import boto3
import pytest


class BasicDataLake:
    """Starter implementation for practice data lake"""
    def __init__(self, config: Dict[str, Any]):
        self.config = config
        self.logger = logging.getLogger(__name__)
        self._initialize_clients()
        
    def _initialize_clients(self) -> None:
        """Initialize AWS service clients"""
        self.s3 = boto3.client('s3')
        self.glue = boto3.client('glue')
        self.athena = boto3.client('athena')
        
    async def setup_basic_lake(self) -> None:
        """Set up basic data lake infrastructure"""
        try:
            # 1. Create S3 buckets
            await self._create_buckets()
            
            # 2. Set up Glue Catalog
            await self._setup_glue_catalog()
            
            # 3. Configure Athena
            await self._setup_athena()
            
        except Exception as e:
            self.logger.error(f"Failed to set up data lake: {str(e)}")
            raise
            
    async def _create_buckets(self) -> None:
        """Create required S3 buckets"""
        buckets = {
            'raw': f"{self.config['prefix']}-raw",
            'processed': f"{self.config['prefix']}-processed",
            'athena': f"{self.config['prefix']}-athena-results"
        }
        
        for purpose, bucket in buckets.items():
            self.s3.create_bucket(
                Bucket=bucket,
                CreateBucketConfiguration={
                    'LocationConstraint': self.config['region']
                }
            )
            
            # Enable versioning
            self.s3.put_bucket_versioning(
                Bucket=bucket,
                VersioningConfiguration={'Status': 'Enabled'}
            )
            
    async def _setup_glue_catalog(self) -> None:
        """Set up AWS Glue Data Catalog"""
        # Create database
        self.glue.create_database(
            DatabaseInput={
                'Name': self.config['database_name'],
                'Description': 'Practice data lake catalog'
            }
        )
        
        # Create crawler for data discovery
        self.glue.create_crawler(
            Name=f"{self.config['prefix']}-crawler",
            Role=self.config['crawler_role'],
            DatabaseName=self.config['database_name'],
            Targets={
                'S3Targets': [
                    {'Path': f"s3://{self.config['prefix']}-processed/"}
                ]
            },
            Schedule='cron(0 0 * * ? *)'  # Run daily
        )
        
    async def _setup_athena(self) -> None:
        """Configure Athena for querying"""
        self.athena.create_work_group(
            Name=f"{self.config['prefix']}-workgroup",
            Configuration={
                'ResultConfiguration': {
                    'OutputLocation': f"s3://{self.config['prefix']}-athena-results/"
                },
                'EnforceWorkGroupConfiguration': True,
                'PublishCloudWatchMetricsEnabled': True,
                'BytesScannedCutoffPerQuery': 1073741824  # 1GB
            }
        )
        
    async def ingest_data(self, data: Dict[str, Any], dataset: str) -> None:
        """Ingest raw data into the lake"""
        key = f"raw/{dataset}/{datetime.now().strftime('%Y/%m/%d/%H/%M')}.json"
        
        self.s3.put_object(
            Bucket=f"{self.config['prefix']}-raw",
            Key=key,
            Body=json.dumps(data),
            ContentType='application/json'
        )
        
    async def transform_data(
        self, 
        source_key: str, 
        transformation: Callable
    ) -> None:
        """Apply basic transformation to data"""
        # Get source data
        response = self.s3.get_object(
            Bucket=f"{self.config['prefix']}-raw",
            Key=source_key
        )
        data = json.loads(response['Body'].read())
        
        # Apply transformation
        transformed_data = transformation(data)
        
        # Save transformed data
        target_key = source_key.replace('raw', 'processed')
        self.s3.put_object(
            Bucket=f"{self.config['prefix']}-processed",
            Key=target_key,
            Body=json.dumps(transformed_data),
            ContentType='application/json'
        )
        
    async def query_data(self, query: str) -> Dict[str, Any]:
        """Execute query on processed data"""
        response = self.athena.start_query_execution(
            QueryString=query,
            QueryExecutionContext={
                'Database': self.config['database_name']
            },
            WorkGroup=f"{self.config['prefix']}-workgroup"
        )
        
        return {
            'execution_id': response['QueryExecutionId'],
            'status': 'RUNNING'
        }
        
    async def monitor_metrics(self) -> Dict[str, Any]:
        """Get basic monitoring metrics"""
        metrics = {}
        
        # Get storage metrics
        for bucket_type in ['raw', 'processed']:
            bucket = f"{self.config['prefix']}-{bucket_type}"
            response = self.cloudwatch.get_metric_statistics(
                Namespace='AWS/S3',
                MetricName='BucketSizeBytes',
                Dimensions=[{'Name': 'BucketName', 'Value': bucket}],
                StartTime=datetime.now() - timedelta(days=1),
                EndTime=datetime.now(),
                Period=3600,
                Statistics=['Average']
            )
            metrics[f"{bucket_type}_size"] = response['Datapoints'][-1]['Average']
            
        return metrics


@pytest.fixture
def basic_lake(lake, name, monkeypatch):
    for variable, value in lake.environment().items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    boto3.setup_default_session()
    basic = BasicDataLake({"prefix": name, "region": "eu-west-1", "database_name": f"{name}_db",
                           "crawler_role": f"arn:aws:iam::{lake.account}:role/crawler"})
    basic.cloudwatch = boto3.client("cloudwatch")
    yield basic
    boto3.setup_default_session()


def crawl(glue, crawler):
    glue.start_crawler(Name=crawler)
    deadline = time.monotonic() + 60
    while glue.get_crawler(Name=crawler)["Crawler"]["State"] != "READY":
        assert time.monotonic() < deadline, "the crawl does not end"
        time.sleep(0.05)
    last = glue.get_crawler(Name=crawler)["Crawler"]["LastCrawl"]
    assert last["Status"] == "SUCCEEDED", last


def wait_for_query(athena, execution_id):
    deadline = time.monotonic() + 60
    while True:
        execution = athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
        if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            return execution
        assert time.monotonic() < deadline, "the query does not end"
        time.sleep(0.02)


def test_the_basic_lake_ingests_transforms_discovers_answers_and_measures(basic_lake):
    config = basic_lake.config
    asyncio.run(basic_lake.setup_basic_lake())
    crawler = basic_lake.glue.get_crawler(Name=f"{config['prefix']}-crawler")["Crawler"]
    assert crawler["Schedule"] == {"ScheduleExpression": "cron(0 0 * * ? *)", "State": "SCHEDULED"}

    for dataset, record in {"sales": {"order_id": 7, "amount": 12.5, "region": "eu"},
                            "users": {"email": "ann@example.org", "name": "ann", "age": 31}}.items():
        asyncio.run(basic_lake.ingest_data(record, dataset))
    keys = [o["Key"] for o in basic_lake.s3.list_objects_v2(Bucket=f"{config['prefix']}-raw")["Contents"]]
    assert len(keys) == 2
    for key in keys:
        asyncio.run(basic_lake.transform_data(key, lambda data: {**data, "checked": True}))

    crawl(basic_lake.glue, f"{config['prefix']}-crawler")
    tables = {t["Name"]: t for t in basic_lake.glue.get_tables(DatabaseName=config["database_name"])["TableList"]}
    assert set(tables) == {"sales", "users"}
    assert [k["Name"] for k in tables["sales"]["PartitionKeys"]] == [f"partition_{i}" for i in range(4)]

    answer = asyncio.run(basic_lake.query_data(
        "SELECT order_id, amount, region, checked, partition_0 FROM sales"))
    execution = wait_for_query(basic_lake.athena, answer["execution_id"])
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    assert execution["Statistics"]["DataScannedInBytes"] > 0
    rows = basic_lake.athena.get_query_results(QueryExecutionId=answer["execution_id"])["ResultSet"]["Rows"]
    values = [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]
    assert values == [["order_id", "amount", "region", "checked", "partition_0"],
                      ["7", "12.5", "eu", "true", str(datetime.now().year)]]

    sizes = asyncio.run(basic_lake.monitor_metrics())
    for zone in ("raw", "processed"):
        listed = basic_lake.s3.list_objects_v2(Bucket=f"{config['prefix']}-{zone}")["Contents"]
        assert sizes[f"{zone}_size"] == sum(o["Size"] for o in listed)
