"""Crawler definitions, schedules, classifiers and crawl history through boto3 (what a crawl finds: test_crawl*.py)."""
import json

import pytest
from glue_shapes import refused


@pytest.fixture
def glue(lake):
    return lake.client("glue")


def crawler(name, **extra):
    return {"Name": name, "Role": "arn:aws:iam::000000000000:role/crawler", "DatabaseName": "raw",
            "Targets": {"S3Targets": [{"Path": f"s3://{name}/raw/"}]}, **extra}


def test_a_crawler_comes_back_as_it_was_given(glue, name):
    given = crawler(
        name, Description="nightly", Schedule="cron(15 12 * * ? *)", TablePrefix="p_",
        SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
        LineageConfiguration={"CrawlerLineageSettings": "DISABLE"},
        Configuration=json.dumps({"Version": 1.0, "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}}))
    given["Targets"]["S3Targets"][0].update(Exclusions=["**.tmp"], SampleSize=5)
    glue.create_crawler(**given)
    got = glue.get_crawler(Name=name)["Crawler"]
    for member in set(given) - {"Schedule"}:
        assert got[member] == given[member], member
    assert got["Schedule"] == {"ScheduleExpression": "cron(15 12 * * ? *)", "State": "SCHEDULED"}
    assert (got["State"], got["CrawlElapsedTime"], got["Version"], got["Classifiers"]) == ("READY", 0, 1, [])
    assert "LastCrawl" not in got


def test_defaults_are_glues(glue, name):
    glue.create_crawler(**crawler(name))
    got = glue.get_crawler(Name=name)["Crawler"]
    assert got["SchemaChangePolicy"] == {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"}
    assert got["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVERYTHING"}
    assert "Schedule" not in got


def test_an_update_keeps_what_it_does_not_name(glue, name):
    glue.create_crawler(**crawler(name, Description="first", TablePrefix="p_"))
    glue.update_crawler(Name=name, Description="second", Schedule="rate(5 minutes)")
    got = glue.get_crawler(Name=name)["Crawler"]
    assert (got["Description"], got["TablePrefix"], got["Version"]) == ("second", "p_", 2)
    assert got["LastUpdated"] >= got["CreationTime"]


@pytest.mark.parametrize("change", [
    {"Targets": {}},
    {"Targets": {"S3Targets": [{"Path": "https://x/"}]}},
    {"Targets": {"S3Targets": [{"Path": "s3://b/", "SampleSize": 250}]}},
    {"Schedule": "cron(61 * * * ? *)"},
    {"Schedule": "every day"},
    {"Configuration": "{"},
    {"Configuration": json.dumps({"Version": 1.0, "Grouping": {"TableGroupingPolicy": "Other"}})},
    {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}},
])
def test_what_cannot_be_crawled_is_refused(glue, name, change):
    with refused("InvalidInputException"):
        glue.create_crawler(**{**crawler(name), **change})
    with refused("EntityNotFoundException", f"Crawler {name} not found."):
        glue.get_crawler(Name=name)


def test_crawlers_are_refused_in_glues_words(glue, name):
    glue.create_crawler(**crawler(name))
    with refused("AlreadyExistsException"):
        glue.create_crawler(**crawler(name))
    for call in (lambda: glue.delete_crawler(Name="nosuch"), lambda: glue.update_crawler(Name="nosuch", Role="r"),
                 lambda: glue.start_crawler(Name="nosuch"), lambda: glue.stop_crawler(Name="nosuch"),
                 lambda: glue.list_crawls(CrawlerName="nosuch")):
        with refused("EntityNotFoundException"):
            call()
    with refused("CrawlerNotRunningException"):
        glue.stop_crawler(Name=name)
    with refused("EntityNotFoundException"):
        glue.create_crawler(**crawler(name + "2", Classifiers=["nosuch"]))
    with refused("ValidationException", "failed to satisfy constraint"):
        glue.create_crawler(**crawler(name + "3", SchemaChangePolicy={"UpdateBehavior": "NEVER"}))


def test_schedules_start_and_stop(glue, name):
    glue.create_crawler(**crawler(name))
    with refused("NoScheduleException"):
        glue.start_crawler_schedule(CrawlerName=name)
    glue.update_crawler_schedule(CrawlerName=name, Schedule="cron(0 1 * * ? *)")
    with refused("SchedulerRunningException"):
        glue.start_crawler_schedule(CrawlerName=name)
    glue.stop_crawler_schedule(CrawlerName=name)
    assert glue.get_crawler(Name=name)["Crawler"]["Schedule"]["State"] == "NOT_SCHEDULED"
    with refused("SchedulerNotRunningException"):
        glue.stop_crawler_schedule(CrawlerName=name)
    glue.start_crawler_schedule(CrawlerName=name)
    assert glue.get_crawler(Name=name)["Crawler"]["Schedule"]["State"] == "SCHEDULED"


def test_crawlers_are_listed_by_page_and_tag(lake, glue, name):
    for i in range(5):
        glue.create_crawler(**crawler(f"{name}{i}", Tags={"odd": str(i % 2), "run": name}))
    assert glue.list_crawlers(Tags={"run": name, "odd": "1"})["CrawlerNames"] == [f"{name}1", f"{name}3"]
    first = glue.list_crawlers(Tags={"run": name}, MaxResults=2)
    names = first["CrawlerNames"]
    while "NextToken" in first:
        first = glue.list_crawlers(Tags={"run": name}, MaxResults=2, NextToken=first["NextToken"])
        names += first["CrawlerNames"]
    assert names == [f"{name}{i}" for i in range(5)]
    seen = [c["Name"] for p in glue.get_paginator("get_crawlers").paginate(PaginationConfig={"PageSize": 2})
            for c in p["Crawlers"]]
    assert set(names) <= set(seen)
    got = glue.batch_get_crawlers(CrawlerNames=[f"{name}0", "nosuch"])
    assert [c["Name"] for c in got["Crawlers"]] == [f"{name}0"] and got["CrawlersNotFound"] == ["nosuch"]
    arn = f"arn:aws:glue:{lake.region}:{lake.account}:crawler/{name}0"
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["odd"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"run": name}
    glue.delete_crawler(Name=f"{name}0")
    with refused("EntityNotFoundException"):
        glue.get_tags(ResourceArn=arn)


@pytest.mark.parametrize("crawl_filter,message", [
    ({"FieldName": "CRAWL_ID", "FilterOperator": "NE"},
     "Invalid Filter Provided: FieldName: CRAWL_ID, FilterOperator: NE, FieldValue: null"),
    ({"FieldName": "STATE", "FilterOperator": "LE", "FieldValue": "RUNNING"},
     "Only EQ or NE operator is allowed for field : STATE"),
    ({"FieldName": "CRAWL_ID", "FilterOperator": "GT", "FieldValue": "x"},
     "Only EQ or NE operator is allowed for field : CRAWL_ID"),
])
def test_crawl_filters_are_checked(glue, name, crawl_filter, message):
    glue.create_crawler(**crawler(name))
    with refused("InvalidInputException", message):
        glue.list_crawls(CrawlerName=name, Filters=[crawl_filter])


def test_a_crawl_is_in_the_history(glue, name):
    glue.create_crawler(**crawler(name, Targets={"S3Targets": []}))
    glue.start_crawler(Name=name)
    crawls = glue.list_crawls(CrawlerName=name)["Crawls"]
    assert len(crawls) == 1 and crawls[0]["State"] in ("RUNNING", "COMPLETED")
    crawl = crawls[0]["CrawlId"]
    for operator, count in (("EQ", 1), ("NE", 0)):
        chosen = {"FieldName": "CRAWL_ID", "FilterOperator": operator, "FieldValue": crawl}
        assert len(glue.list_crawls(CrawlerName=name, Filters=[chosen])["Crawls"]) == count
    late = {"FieldName": "START_TIME", "FilterOperator": "GT", "FieldValue": "2999-01-01T00:00:00"}
    assert glue.list_crawls(CrawlerName=name, Filters=[late])["Crawls"] == []
    metrics = glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"]
    assert [m["CrawlerName"] for m in metrics] == [name]


def test_classifiers_are_kept(glue, name):
    kinds = {
        "CsvClassifier": {"Delimiter": ";", "QuoteSymbol": "'", "ContainsHeader": "PRESENT", "Header": ["a", "b"],
                          "AllowSingleColumn": False, "DisableValueTrimming": True},
        "GrokClassifier": {"Classification": "log", "GrokPattern": "%{IP:ip}", "CustomPatterns": "X x"},
        "XMLClassifier": {"Classification": "xml", "RowTag": "row"},
        "JsonClassifier": {"JsonPath": "$[*]"},
    }
    for kind, given in kinds.items():
        own = name + kind
        glue.create_classifier(**{kind: {"Name": own, **given}})
        with refused("AlreadyExistsException"):
            glue.create_classifier(**{kind: {"Name": own, **given}})
        got = glue.get_classifier(Name=own)["Classifier"]
        assert list(got) == [kind] and {k: got[kind][k] for k in given} == given and got[kind]["Version"] == 1
    glue.update_classifier(CsvClassifier={"Name": name + "CsvClassifier", "Delimiter": "|"})
    got = glue.get_classifier(Name=name + "CsvClassifier")["Classifier"]["CsvClassifier"]
    assert (got["Delimiter"], got["QuoteSymbol"], got["Version"]) == ("|", "'", 2)
    names = [next(iter(c.values()))["Name"] for p in glue.get_paginator("get_classifiers").paginate(
        PaginationConfig={"PageSize": 1}) for c in p["Classifiers"]]
    assert {name + kind for kind in kinds} <= set(names)
    with refused("InvalidInputException"):
        glue.create_classifier()
    for kind in kinds:
        glue.delete_classifier(Name=name + kind)
        with refused("EntityNotFoundException"):
            glue.get_classifier(Name=name + kind)
