"""Files that look like secrets, by name and by content, so that they are never read into a context.

It prefers to refuse: a refused file costs a little context, a leaked one cannot be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.recon.tree import LONGEST_NAME, Entry, LeftOut, NotReadable, Special, Tree, name_of
from bot.secret_text import secret_in

EXAMPLE = re.compile(r"(^|[._-])(example|sample|template|dist|defaults?|tmpl|test)([._-]|$)", re.IGNORECASE)
SECRET_NAMES = re.compile(
    r"""^(
        \.env(\..+)? | .+\.env | \.envrc | \.netrc | _netrc | \.pgpass | \.my\.cnf | \.npmrc
      | \.pypirc | \.htpasswd
      | \.git-credentials | \.dockercfg | \.vault[-_]?pass(word)?(\..*)?
      | credentials(\.(json|ya?ml|ini|xml|csv))?
      | secrets?\.(json|ya?ml|toml|ini|properties|env|txt) | .*service[-_]?account.*\.json
      | client_secret.*\.json
      | id_(rsa|dsa|ecdsa|ed25519)(_.*)? | .+\.(pem|key|p12|pfx|jks|keystore|kdbx|asc|ppk|p8)
      | terraform\.tfstate(\..*)?
      | .+\.tfvars | master\.key | wp-config\.php | \.boto | \.s3cfg | kubeconfig | .+\.kubeconfig
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
SECRET_FOLDERS = frozenset({".ssh", ".aws", ".gnupg", ".kube", ".docker", ".azure"})


def secret_name(path: str) -> str | None:
    """Why a path looks like a secret by its name, or None; examples and public certificates are fine."""
    name = name_of(path)
    if any(folder in SECRET_FOLDERS for folder in path.split("/")[:-1]):
        return "lies in a folder for credentials"
    if SECRET_NAMES.match(name[-LONGEST_NAME:]) and not (EXAMPLE.search(name) and not name.startswith("id_")):
        return "name of a file that holds secrets"
    return None


@dataclass(frozen=True)
class Guarded:
    """A tree that lists everything but never gives the content of what looks like a secret."""

    tree: Tree

    @property
    def sha(self) -> str:
        return self.tree.sha

    @property
    def paths(self) -> tuple[str, ...]:
        return self.tree.paths

    @property
    def special(self) -> Mapping[str, Special]:
        return self.tree.special

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        return self.tree.left_out

    @property
    def truncated(self) -> bool:
        return self.tree.truncated

    def entry(self, path: str) -> Entry | None:
        return self.tree.entry(path)

    def exists(self, path: str) -> bool:
        return self.tree.exists(path)

    def is_dir(self, path: str) -> bool:
        return self.tree.is_dir(path)

    def read(self, path: str) -> bytes:
        """The bytes of a text without secrets.

        NotReadable otherwise, for what cannot be looked through as well.
        """
        text = self.text(path)
        if text is None:
            raise NotReadable(f"{path} is not given out: a secret, or no text that could be looked through")
        return text.encode()

    def text(self, path: str) -> str | None:
        if secret_name(path):
            return None
        text = self.tree.text(path)
        return None if text is None or secret_in(text) else text


def secrets_by_name(tree: Tree) -> tuple[LeftOut, ...]:
    """The files whose content is withheld because of their name, each with the reason."""
    found = ((path, secret_name(path)) for path in tree.paths)
    return tuple(LeftOut(path, reason) for path, reason in found if reason)
