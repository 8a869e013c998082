"""Rules of listeners, and tags."""

import pytest
from balancing import health, make_group, make_listener, run_instance, state
from certificates import issued
from simulator import refused

CREATE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html"
DESCRIBE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html"
MODIFY = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html"
DELETE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteRule.html"
PRIORITIES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html"
CONDITIONS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html"
ACTIONS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html"
REDIRECT = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html"
FORWARD = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ForwardActionConfig.html"
AUTHENTICATE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html"
LIMITS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"
TAGS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTags.html"
DESCRIBE_TAGS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html"
NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


@pytest.fixture
def listener(aws, balancer, group):
    return make_listener(aws, balancer, group)


def path(*values):
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def create(aws, listener, priority=1, conditions=None, actions=None, **more):
    settings = {"Conditions": conditions or [path("/a")], "Actions": actions or [NOT_FOUND]} | more
    (rule,) = aws.elbv2.create_rule(ListenerArn=listener, Priority=priority, **settings)["Rules"]
    return rule["RuleArn"]


def rules(aws, listener):
    found = aws.elbv2.describe_rules(ListenerArn=listener)["Rules"]
    return [(rule["Priority"], rule["RuleArn"]) for rule in found]


@pytest.mark.aws(DESCRIBE)
def test_a_listener_has_a_default_rule(aws, listener, group):
    """Every listener has a default rule without conditions, whose action is the listener's, and which comes last."""
    first = create(aws, listener, priority=20)
    second = create(aws, listener, priority=3)
    found = aws.elbv2.describe_rules(ListenerArn=listener)["Rules"]
    assert [rule["RuleArn"] for rule in found[:2]] == [second, first]
    assert (found[2]["Priority"], found[2]["IsDefault"], found[2]["Conditions"]) == ("default", True, [])
    assert found[2]["Actions"][0]["TargetGroupArn"] == group
    assert aws.elbv2.describe_rules(RuleArns=[found[2]["RuleArn"]])["Rules"] == found[2:]


@pytest.mark.aws(DESCRIBE)
def test_rules_come_in_pages(aws, listener):
    """Rules are described by listener, in pages, or by ARN; by neither is refused, as is an unknown one."""
    for priority in (1, 2, 3):
        create(aws, listener, priority)
    pages = list(aws.elbv2.get_paginator("describe_rules").paginate(ListenerArn=listener, PageSize=3))
    assert [[rule["Priority"] for rule in page["Rules"]] for page in pages] == [["1", "2", "3"], ["default"]]
    with refused("ValidationError", "You must specify either listener rule ARNs or a listener ARN"):
        aws.elbv2.describe_rules()
    with refused("RuleNotFound", "One or more rules not found"):
        aws.elbv2.describe_rules(RuleArns=[listener.replace(":listener/", ":listener-rule/") + "/0"])


@pytest.mark.aws(CREATE)
def test_a_priority_is_taken_once(aws, listener):
    """Priorities are numbers from 1 to 50000, each used by one rule of a listener."""
    create(aws, listener, 7)
    with refused("PriorityInUse", "Priority '7' is currently in use"):
        create(aws, listener, 7)
    for wrong in (0, 50001):
        with refused("ValidationError", "failed to satisfy constraint"):
            create(aws, listener, wrong)


@pytest.mark.aws(CONDITIONS)
def test_all_kinds_of_conditions(aws, listener):
    """Rules take hosts, paths, headers, methods, query strings and source addresses, and give them back."""
    conditions = [
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}},
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Canary", "Values": ["yes"]}},
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
        {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}]}},
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}},
    ]
    arn = create(aws, listener, conditions=conditions)
    (rule,) = aws.elbv2.describe_rules(RuleArns=[arn])["Rules"]
    conditions[0]["Values"] = ["*.example.com"]
    assert rule["Conditions"] == conditions


@pytest.mark.aws(CREATE)
def test_hosts_and_paths_have_a_short_form(aws, listener):
    """A host or path may be given as a plain value, and is described in both forms."""
    arn = create(aws, listener, conditions=[{"Field": "path-pattern", "Values": ["/img/*"]}])
    (rule,) = aws.elbv2.describe_rules(RuleArns=[arn])["Rules"]
    assert rule["Conditions"] == [path("/img/*") | {"Values": ["/img/*"]}]


@pytest.mark.aws(CONDITIONS)
@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        ([{"Field": "cookie", "Values": ["a"]}], "Condition field 'cookie' must be one of"),
        ([{"Field": "path-pattern", "Values": ["/a", "/b"]}], "contains too many values; the limit is '1'"),
        ([{"Field": "source-ip", "Values": ["10.0.0.0/8"]}], "The 'Values' field is not compatible with 'source-ip'"),
        ([{"Field": "path-pattern"}], "A condition value must be specified"),
        ([path("/" + "a" * 128)], "The 'path-pattern' value is too long; the limit is '128'"),
        ([path("/a"), path("/b")], "more than one 'path-pattern' condition"),
        ([path("/1", "/2", "/3", "/4", "/5", "/6")], "A rule can only have '5' condition values"),
        ([{"Field": "http-header", "HttpHeaderConfig": {"Values": ["a"]}}], "'HttpHeaderName'"),
        ([{"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["get"]}}], "allowed characters"),
        ([{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0"]}}], "must be a valid CIDR block"),
        ([{"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a"}]}}], "A 'Value' must be specified"),
        ([path("/*a*"), {"Field": "host-header", "HostHeaderConfig": {"Values": ["*.?.?.?.?"]}}], "wildcards"),
    ],
)
def test_conditions_have_limits(aws, listener, conditions, sentence):
    """Kinds, numbers and lengths of conditions outside of their limits are refused, each with its reason."""
    with refused("ValidationError", sentence):
        create(aws, listener, conditions=conditions)


@pytest.mark.aws(FORWARD)
def test_weights_and_stickiness(aws, network, listener):
    """A rule forwards to up to five target groups by weight, and may keep clients with one for a time."""
    groups = [make_group(aws, network, name=f"g{number}") for number in range(6)]
    tuples = [{"TargetGroupArn": group, "Weight": 10 * place} for place, group in enumerate(groups)]
    stickiness = {"Enabled": True, "DurationSeconds": 60}

    def forward(tuples, **more):
        return [{"Type": "forward", "ForwardConfig": {"TargetGroups": tuples} | more}]

    arn = create(aws, listener, actions=forward(tuples[:2], TargetGroupStickinessConfig=stickiness))
    (rule,) = aws.elbv2.describe_rules(RuleArns=[arn])["Rules"]
    assert rule["Actions"][0]["ForwardConfig"] == {
        "TargetGroups": tuples[:2],
        "TargetGroupStickinessConfig": stickiness,
    }
    assert "TargetGroupArn" not in rule["Actions"][0]
    with refused("TooManyTargetGroups"):
        create(aws, listener, 2, actions=forward(tuples))
    with refused("ValidationError", "must be between '0-999' inclusive"):
        create(aws, listener, 2, actions=forward([tuples[0] | {"Weight": 1000}]))
    with refused("ValidationError"):
        create(aws, listener, 2, actions=forward(tuples[:2], TargetGroupStickinessConfig={"Enabled": True}))


@pytest.mark.aws(REDIRECT)
def test_redirects(aws, listener):
    """What a redirect does not name stays as it was asked for; one that changes nothing would be a loop."""

    def redirect(**config):
        return [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"} | config}]

    arn = create(aws, listener, actions=redirect(Protocol="HTTPS", Port="443"))
    (rule,) = aws.elbv2.describe_rules(RuleArns=[arn])["Rules"]
    assert rule["Actions"][0]["RedirectConfig"] == {
        "Protocol": "HTTPS",
        "Port": "443",
        "Host": "#{host}",
        "Path": "/#{path}",
        "Query": "#{query}",
        "StatusCode": "HTTP_301",
    }
    with refused("InvalidLoadBalancerAction", "loop"):
        create(aws, listener, 2, actions=redirect())
    with refused("ValidationError"):
        create(aws, listener, 2, actions=redirect(StatusCode="HTTP_307"))


@pytest.mark.aws(ACTIONS)
def test_fixed_responses(aws, listener):
    """A fixed response has a status of 2XX, 4XX or 5XX and one of five content types."""

    def respond(**config):
        return [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"} | config}]

    config = {"StatusCode": "503", "ContentType": "text/plain", "MessageBody": "later"}
    arn = create(aws, listener, actions=respond(**config))
    (rule,) = aws.elbv2.describe_rules(RuleArns=[arn])["Rules"]
    assert rule["Actions"] == [{"Type": "fixed-response", "FixedResponseConfig": config}]
    with refused("ValidationError"):
        create(aws, listener, 2, actions=respond(StatusCode="302"))
    with refused("InvalidLoadBalancerAction", "The ContentType must be one of"):
        create(aws, listener, 2, actions=respond(ContentType="image/png"))


@pytest.mark.aws(AUTHENTICATE)
def test_authentication_is_for_https(aws, balancer, group, listener):
    """Users are authenticated on HTTPS listeners alone, before the action that ends the request."""
    config = {
        "Issuer": "https://id.example.com",
        "AuthorizationEndpoint": "https://id.example.com/auth",
        "TokenEndpoint": "https://id.example.com/token",
        "UserInfoEndpoint": "https://id.example.com/user",
        "ClientId": "me",
        "ClientSecret": "secret",
    }
    first = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": config}
    actions = [first, {"Type": "forward", "Order": 2, "TargetGroupArn": group}]
    with refused("InvalidLoadBalancerAction"):
        create(aws, listener, actions=actions)
    secure = make_listener(aws, balancer, group, 443, "HTTPS", Certificates=[{"CertificateArn": issued(aws)}])
    (rule,) = aws.elbv2.describe_rules(RuleArns=[create(aws, secure, actions=actions)])["Rules"]
    shown = rule["Actions"][0]["AuthenticateOidcConfig"]
    assert (shown["Scope"], shown["SessionTimeout"], shown["OnUnauthenticatedRequest"]) == (
        "openid",
        604800,
        "authenticate",
    )
    assert "ClientSecret" not in shown and rule["Actions"][1]["Order"] == 2
    with refused("InvalidLoadBalancerAction"):
        create(aws, secure, 2, actions=[first])


@pytest.mark.aws(PRIORITIES)
def test_priorities_are_exchanged_together(aws, listener):
    """SetRulePriorities exchanges priorities at once; if one is taken nothing changes."""
    one, two, three = (create(aws, listener, priority) for priority in (1, 2, 3))

    def put(**pairs):
        rows = [{"RuleArn": {"one": one, "two": two}[name], "Priority": value} for name, value in pairs.items()]
        aws.elbv2.set_rule_priorities(RulePriorities=rows)

    put(one=2, two=1)
    assert rules(aws, listener)[:3] == [("1", two), ("2", one), ("3", three)]
    with refused("PriorityInUse", "Priority '3' is currently in use"):
        put(one=9, two=3)
    with refused("ValidationError", "Priority '9' was provided multiple times"):
        put(one=9, two=9)
    default = rules(aws, listener)[3][1]
    with refused("OperationNotPermitted"):
        aws.elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": default, "Priority": 9}])
    assert rules(aws, listener)[:3] == [("1", two), ("2", one), ("3", three)]


@pytest.mark.aws(MODIFY)
def test_a_rule_is_changed(aws, listener):
    """ModifyRule replaces the conditions or the actions that it names, of any but the default rule."""
    arn = create(aws, listener)
    (rule,) = aws.elbv2.modify_rule(RuleArn=arn, Conditions=[path("/b")])["Rules"]
    assert rule["Conditions"][0]["Values"] == ["/b"] and rule["Actions"][0]["Type"] == "fixed-response"
    with refused("ValidationError", "Either conditions or actions must be specified"):
        aws.elbv2.modify_rule(RuleArn=arn)
    with refused("OperationNotPermitted"):
        aws.elbv2.modify_rule(RuleArn=rules(aws, listener)[-1][1], Actions=[NOT_FOUND])


@pytest.mark.aws(DELETE)
def test_the_default_rule_stays(aws, listener):
    """A rule is deleted once; the default rule goes with its listener alone."""
    arn = create(aws, listener)
    aws.elbv2.delete_rule(RuleArn=arn)
    with refused("RuleNotFound"):
        aws.elbv2.delete_rule(RuleArn=arn)
    ((_, default),) = rules(aws, listener)
    with refused("OperationNotPermitted", f"Default rule '{default}' cannot be deleted"):
        aws.elbv2.delete_rule(RuleArn=default)


@pytest.mark.aws(CREATE)
def test_a_rule_brings_its_target_group_into_use(aws, network, listener):
    """The targets of a group are checked once a rule forwards to it, and unused again without the rule."""
    group = make_group(aws, network, name="api")
    instance = run_instance(aws, network)
    aws.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": instance}])
    assert health(aws, group)["Reason"] == "Target.NotInUse"
    arn = create(aws, listener, actions=[{"Type": "forward", "TargetGroupArn": group}])
    aws.until(lambda: state(aws, group) == "unhealthy", at_most=120)
    with refused("ResourceInUse"):
        aws.elbv2.delete_target_group(TargetGroupArn=group)
    aws.elbv2.delete_rule(RuleArn=arn)
    assert health(aws, group)["Reason"] == "Target.NotInUse"
    aws.elbv2.delete_target_group(TargetGroupArn=group)


@pytest.mark.aws(LIMITS)
def test_a_load_balancer_has_a_hundred_rules(aws, listener):
    """A load balancer has at most 100 rules beside the default ones."""
    for priority in range(1, 101):
        create(aws, listener, priority)
    with refused("TooManyRules"):
        create(aws, listener, 101)


@pytest.mark.aws(TAGS)
def test_everything_has_tags(aws, balancer, group, listener):
    """Load balancers, target groups, listeners and rules have tags, given when they are made or later."""
    rule = create(aws, listener, Tags=[{"Key": "a", "Value": "0"}])
    arns = [balancer, group, listener, rule]
    aws.elbv2.add_tags(ResourceArns=arns, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    aws.elbv2.remove_tags(ResourceArns=arns, TagKeys=["b"])
    rows = aws.elbv2.describe_tags(ResourceArns=arns)["TagDescriptions"]
    assert [row["ResourceArn"] for row in rows] == arns
    assert all(row["Tags"] == [{"Key": "a", "Value": "1"}] for row in rows)


@pytest.mark.aws(DESCRIBE_TAGS)
def test_tags_are_described_of_twenty_at_most(aws, balancer, group):
    """DescribeTags takes 20 ARNs, all of which must exist; keys are unique and 50 at most."""
    with refused("ValidationError"):
        aws.elbv2.describe_tags(ResourceArns=[f"{group}{number}" for number in range(21)])
    with refused("TargetGroupNotFound"):
        aws.elbv2.describe_tags(ResourceArns=[balancer, group[:-1] + "x"])
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    with refused("DuplicateTagKeys"):
        aws.elbv2.add_tags(ResourceArns=[group], Tags=twice)
    with refused("TooManyTags"):
        many = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
        aws.elbv2.add_tags(ResourceArns=[group], Tags=many)
