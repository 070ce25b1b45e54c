"""Prunes GitHub's published GraphQL schema to the types and fields this sandbox answers, and stores it small.

Run by hand (`python -m sandbox.graphql.build_schema`) when KEEP or the pinned package changes; it needs npm.
Arguments of kept fields stay whole, so that a query which passes here passes GitHub's own validation.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)
from graphql.language import TypeDefinitionNode

from sandbox.npm import packed_file

PACKAGE = "@octokit/graphql-schema@15.26.1"
INSIDE = "package/schema.graphql"
TARGET = Path(__file__).with_name("schema.graphql.gz")
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}

_CONNECTIONS = (
    "CheckRun",
    "CheckSuite",
    "Commit",
    "Issue",
    "IssueComment",
    "Label",
    "PullRequest",
    "PullRequestCommit",
    "PullRequestReview",
    "PullRequestReviewComment",
    "PullRequestReviewThread",
    "Ref",
    "User",
    "PullRequestChangedFile",
    "CheckAnnotation",
)
_PARTS = {f"{name}Connection": "edges nodes pageInfo totalCount" for name in _CONNECTIONS}
_PARTS |= {f"{name}Edge": "cursor node" for name in _CONNECTIONS}
_TALK = (
    "author authorAssociation body bodyText createdAt databaseId editor id isMinimized lastEditedAt "
    "minimizedReason reactionGroups reactions updatedAt url viewerDidAuthor"
)
_ISSUE = (
    "activeLockReason assignees author authorAssociation body bodyText closed closedAt comments createdAt "
    "databaseId editor id lastEditedAt "
    "labels locked number reactionGroups reactions repository title updatedAt url viewerDidAuthor "
    "resourcePath"
)

KEEP = {
    "Query": "node nodes rateLimit repository user viewer",
    "Mutation": (
        "addComment addLabelsToLabelable addPullRequestReviewThreadReply addReaction addSubIssue closeIssue "
        "convertPullRequestToDraft createCommitOnBranch createIssue createRef deleteIssue "
        "deleteIssueComment deleteRef "
        "markPullRequestReadyForReview minimizeComment removeLabelsFromLabelable removeReaction "
        "removeSubIssue "
        "reopenIssue reprioritizeSubIssue resolveReviewThread transferIssue unminimizeComment "
        "unresolveReviewThread "
        "updateIssue updateIssueComment updatePullRequest updateRef closePullRequest"
    ),
    "Repository": (
        "branchProtectionRules createdAt databaseId defaultBranchRef description hasIssuesEnabled id "
        "isArchived isEmpty isFork "
        "isPrivate issue issueOrPullRequest issues label labels name nameWithOwner object owner pullRequest "
        "pullRequests pushedAt ref refs updatedAt url viewerPermission"
    ),
    "BranchProtectionRuleConnection": "totalCount",
    "Issue": _ISSUE
    + (
        " fullDatabaseId isPinned parent state stateReason subIssues subIssuesSummary timelineItems "
        "trackedIssues"
    ),
    "IssueTimelineItemsConnection": "nodes pageInfo totalCount",
    "LabeledEvent": "actor createdAt id label",
    "UnlabeledEvent": "actor createdAt id label",
    "RenamedTitleEvent": "actor createdAt currentTitle id previousTitle",
    "PullRequestTimelineItemsConnection": "nodes pageInfo totalCount",
    "SubIssuesSummary": "completed percentCompleted total",
    "PullRequest": _ISSUE
    + (
        " fullDatabaseId additions baseRef baseRefName baseRefOid baseRepository changedFiles commits "
        "deletions files "
        "headRef "
        "headRefName headRefOid headRepository isCrossRepository isDraft maintainerCanModify mergeCommit "
        "mergeable "
        "merged mergedAt mergedBy permalink reviewDecision reviewThreads reviews state latestReviews "
        "timelineItems"
    ),
    "PullRequestChangedFile": "additions changeType deletions path",
    "PullRequestCommit": "commit id url",
    "PullRequestReview": _TALK + " comments commit fullDatabaseId pullRequest state submittedAt",
    "PullRequestReviewComment": _TALK
    + (
        " commit diffHunk fullDatabaseId line originalCommit originalLine outdated path pullRequest "
        "pullRequestReview "
        "replyTo startLine state subjectType"
    ),
    "PullRequestReviewThread": (
        "comments diffSide id isOutdated isResolved line originalLine path pullRequest repository "
        "resolvedBy startLine "
        "subjectType viewerCanReply viewerCanResolve viewerCanUnresolve"
    ),
    "IssueComment": _TALK + " fullDatabaseId issue pullRequest repository",
    "Label": "color createdAt description id isDefault name updatedAt url",
    "Reaction": "content createdAt databaseId id user",
    "ReactionConnection": "edges nodes pageInfo totalCount viewerHasReacted",
    "ReactionEdge": "cursor node",
    "ReactionGroup": "content createdAt viewerHasReacted reactors",
    "ReactorConnection": "totalCount",
    "Ref": "id name prefix repository target",
    "GitObject": "abbreviatedOid id oid repository",
    "Commit": (
        "abbreviatedOid additions author authoredDate changedFilesIfAvailable checkSuites committedDate "
        "committer "
        "deletions history id message messageBody messageHeadline oid parents repository signature tree url"
    ),
    "CommitHistoryConnection": "edges nodes pageInfo totalCount",
    "GitSignature": "isValid state wasSignedByGitHub",
    "GpgSignature": "isValid state wasSignedByGitHub",
    "GitActor": "date email name user",
    "Tree": "abbreviatedOid entries id oid repository",
    "TreeEntry": "mode name object oid path size type",
    "Blob": "abbreviatedOid byteSize id isBinary isTruncated oid repository text",
    "CheckSuite": "checkRuns conclusion databaseId id status",
    "CheckRun": (
        "annotations completedAt conclusion databaseId detailsUrl externalId id name startedAt status "
        "summary text title url"
    ),
    "CheckAnnotation": "annotationLevel message path title",
    "RateLimit": "cost limit nodeCount remaining resetAt used",
    "PageInfo": "endCursor hasNextPage hasPreviousPage startCursor",
    "Actor": "avatarUrl login resourcePath url",
    "User": "avatarUrl databaseId email id login name resourcePath url",
    "Bot": "avatarUrl createdAt databaseId id login resourcePath updatedAt url",
    "Organization": "avatarUrl databaseId id login name resourcePath url",
    "RepositoryOwner": "avatarUrl id login resourcePath url",
    "Node": "id",
    "IssueOrPullRequest": "",
    **_PARTS,
}
PAYLOADS = {
    "AddCommentPayload": "clientMutationId commentEdge subject",
    "AddLabelsToLabelablePayload": "clientMutationId labelable",
    "AddPullRequestReviewThreadReplyPayload": "clientMutationId comment",
    "AddReactionPayload": "clientMutationId reaction subject",
    "AddSubIssuePayload": "clientMutationId issue subIssue",
    "CloseIssuePayload": "clientMutationId issue",
    "ClosePullRequestPayload": "clientMutationId pullRequest",
    "ConvertPullRequestToDraftPayload": "clientMutationId pullRequest",
    "CreateCommitOnBranchPayload": "clientMutationId commit ref",
    "CreateIssuePayload": "clientMutationId issue",
    "CreateRefPayload": "clientMutationId ref",
    "DeleteIssuePayload": "clientMutationId repository",
    "DeleteIssueCommentPayload": "clientMutationId",
    "DeleteRefPayload": "clientMutationId",
    "MarkPullRequestReadyForReviewPayload": "clientMutationId pullRequest",
    "MinimizeCommentPayload": "clientMutationId minimizedComment",
    "RemoveLabelsFromLabelablePayload": "clientMutationId labelable",
    "RemoveReactionPayload": "clientMutationId reaction subject",
    "RemoveSubIssuePayload": "clientMutationId issue subIssue",
    "ReopenIssuePayload": "clientMutationId issue",
    "ReprioritizeSubIssuePayload": "clientMutationId issue",
    "ResolveReviewThreadPayload": "clientMutationId thread",
    "TransferIssuePayload": "clientMutationId issue",
    "UnminimizeCommentPayload": "clientMutationId unminimizedComment",
    "UnresolveReviewThreadPayload": "clientMutationId thread",
    "UpdateIssuePayload": "clientMutationId issue",
    "UpdateIssueCommentPayload": "clientMutationId issueComment",
    "UpdatePullRequestPayload": "clientMutationId pullRequest",
    "UpdateRefPayload": "clientMutationId ref",
    "Labelable": "",
    "Minimizable": "isMinimized minimizedReason",
    "Reactable": "databaseId id reactionGroups reactions",
    "Comment": "author authorAssociation body bodyText createdAt id updatedAt viewerDidAuthor",
    "Closable": "closed closedAt",
    "Lockable": "activeLockReason locked",
    "Assignable": "assignees",
    "UniformResourceLocatable": "resourcePath url",
}


def fetch(folder: Path) -> str:
    return packed_file(PACKAGE, INSIDE, folder).decode()


def _named(node: TypeNode) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]
    return node.name.value


class Pruner:
    """Keeps the listed fields, and every input, enum and scalar that they and their arguments need."""

    def __init__(self, document: DocumentNode) -> None:
        definitions = (one for one in document.definitions if isinstance(one, TypeDefinitionNode))
        self.types: dict[str, TypeDefinitionNode] = {one.name.value: one for one in definitions}
        self.keep = {name: fields.split() for name, fields in {**KEEP, **PAYLOADS}.items()}
        self.wanted: set[str] = set()
        self.out: dict[str, TypeDefinitionNode] = {}

    def run(self) -> str:
        self.wanted = {"Query", "Mutation"}
        while waiting := sorted(self.wanted - set(self.out)):
            for name in waiting:
                self.out[name] = self._cut(name)
            self._implementers()
        self._drop_strangers()
        return "\n\n".join(print_ast(self.out[name]) for name in sorted(self.out)) + "\n"

    def _cut(self, name: str) -> TypeDefinitionNode:
        node = replace(self.types[name], description=None)
        if isinstance(node, EnumTypeDefinitionNode):
            return replace(node, values=tuple(replace(one, description=None) for one in node.values or ()))
        if isinstance(node, InputObjectTypeDefinitionNode):
            fields = tuple(replace(one, description=None, directives=()) for one in node.fields or ())
            self._want(_named(one.type) for one in fields)
            return replace(node, fields=fields)
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            return self._cut_fields(name, node)
        return node

    def _cut_fields(
        self, name: str, node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
    ) -> ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode:
        if name not in self.keep:
            raise SystemExit(f"{name} is reachable but not listed in KEEP")
        fields = {field.name.value: field for field in node.fields or ()}
        missing = set(self.keep[name]) - set(fields)
        if missing:
            raise SystemExit(f"{name} has no {', '.join(sorted(missing))}")
        wanted = sorted(self.keep[name]) or (["id"] if "id" in fields else sorted(fields)[:1])
        above = tuple(one for one in node.interfaces or () if one.name.value in self.keep)
        self._want(one.name.value for one in above)
        return replace(node, fields=tuple(self._slim(fields[one]) for one in wanted), interfaces=above)

    def _slim(self, field: FieldDefinitionNode) -> FieldDefinitionNode:
        arguments = tuple(replace(one, description=None, directives=()) for one in field.arguments or ())
        self._want([_named(field.type), *(_named(one.type) for one in arguments)])
        return replace(field, description=None, directives=(), arguments=arguments)

    def _want(self, names: Iterable[str]) -> None:
        self.wanted |= {name for name in names if name not in BUILT_IN}

    def _implementers(self) -> None:
        """Types listed in KEEP join when they implement a kept interface or belong to a kept union."""
        for name, node in list(self.types.items()):
            if name not in self.keep or name in self.wanted:
                continue
            if isinstance(node, ObjectTypeDefinitionNode):
                above = {one.name.value for one in node.interfaces or ()}
                if above & self.wanted:
                    self.wanted.add(name)

    def _drop_strangers(self) -> None:
        for name, node in list(self.out.items()):
            if isinstance(node, UnionTypeDefinitionNode):
                self.out[name] = replace(
                    node, types=tuple(one for one in node.types or () if one.name.value in self.out)
                )
            if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
                self.out[name] = replace(node, interfaces=tuple(self._honoured(node)))
        self._keep_interface_fields()

    def _honoured(
        self, node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
    ) -> Iterable[NamedTypeNode]:
        mine = {field.name.value for field in node.fields or ()}
        for one in node.interfaces or ():
            above = self.out.get(one.name.value)
            if above is not None and {field.name.value for field in above.fields or ()} <= mine:  # type: ignore[attr-defined]
                yield one

    def _keep_interface_fields(self) -> None:
        used = {
            one.name.value for node in self.out.values() for one in getattr(node, "interfaces", None) or ()
        }
        named = {
            _named(field.type) for node in self.out.values() for field in getattr(node, "fields", None) or ()
        }
        for name, node in list(self.out.items()):
            if isinstance(node, InterfaceTypeDefinitionNode) and name not in used | named:
                del self.out[name]


def main(arguments: list[str]) -> None:
    if arguments:
        text = Path(arguments[0]).read_text()
    else:
        with tempfile.TemporaryDirectory() as folder:
            text = fetch(Path(folder))
    pruned = Pruner(parse(text, no_location=True)).run()
    TARGET.write_bytes(gzip.compress(pruned.encode(), mtime=0))
    sys.stdout.write(f"{TARGET.name}: {pruned.count(chr(10))} lines, {TARGET.stat().st_size} bytes stored\n")


if __name__ == "__main__":
    main(sys.argv[1:])
