"""The connection to a Ray cluster: made within seconds, or refused with what to do."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pipeline.common.version import VERSION
from pipeline.embedding.node_encoder import NodeModel, cluster_error

if TYPE_CHECKING:
    from ray import ObjectRef

_CONNECT_SECONDS = 5.0
_HTTP2_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"  # Ray's head speaks gRPC
_HTTP2_SETTINGS = b"\x04"  # type of the frame that answers it


def connect(address: str) -> ModuleType:
    """Connect to a cluster; returns the library.

    Raises:
        InputError: Ray is not installed, or there is no such cluster.
    """
    try:
        import ray
    except ImportError as error:
        raise cluster_error(
            f"The Ray cluster '{address}' needs the package 'ray': 'pip install "
            "\"polyguest[ray]\"' or 'pip install -r requirements-ray.txt' installs it"
        ) from error
    if address != "auto":
        _check_reachable(address)
    try:
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        ray.shutdown()  # of what was connected before it failed
        if address == "auto" and isinstance(error, ConnectionError):
            raise cluster_error(
                f"This machine belongs to no Ray cluster ('{address}'): 'ray start "
                "--address=HEAD:6379' lets it join one"
            ) from error
        reason = " ".join(str(error).split())[:400]
        raise cluster_error(f"The Ray cluster '{address}' can't be used: {reason}") from error
    return ray


def _check_reachable(address: str) -> None:
    """Find out within seconds what Ray would try for minutes.

    Raises:
        InputError: no server answers there that could be Ray's.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        raise cluster_error(
            "--ray (or POLYGUEST_RAY) takes the address of a cluster's head, such as "
            f"10.0.0.5:6379, or auto; got '{address}'"
        )
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS) as server:
            if not os.environ.get("RAY_USE_TLS"):
                server.sendall(_HTTP2_GREETING)
                if server.recv(4)[3:] != _HTTP2_SETTINGS:
                    raise OSError("what answers there is no Ray")
    except (OSError, OverflowError) as error:
        raise cluster_error(
            f"No Ray cluster answers at {address} ({error}): 'ray start --head' starts one there, "
            f"'ray start --address={address}' lets this machine join"
        ) from error


def cores_of(node: dict[str, Any]) -> int:
    """Cores for work of a node, as ``ray.nodes`` describes it."""
    return int(node["Resources"].get("CPU", 0))


def working_nodes(nodes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The nodes that live and have a core for work.

    Raises:
        InputError: there is none.
    """
    working = [node for node in nodes if node["Alive"] and cores_of(node)]
    if not working:
        raise cluster_error(
            f"None of the cluster's {len(nodes)} machines has cores for work (num_cpus)"
        )
    return working


def loaded_model(ray: ModuleType, answer: ObjectRef) -> NodeModel:
    """What :meth:`pipeline.embedding.node_encoder.NodeEncoder.load` answers on a machine.

    Raises:
        InputError: the machine lacks the program, or loading failed there.
        RayError: the actor is no more.
    """
    try:
        model: NodeModel = ray.get(answer)
    except ray.exceptions.RayActorError as error:
        if "ModuleNotFoundError" not in str(error):
            raise
        raise cluster_error(
            f"A machine of the Ray cluster has no Polyguest: install {VERSION} with 'pip "
            "install \"polyguest[ray]\"' on every one, in the Python that runs 'ray start'"
        ) from error
    except ray.exceptions.RayTaskError as error:
        reason = str(error).strip().splitlines()[-1][:300]
        raise cluster_error(
            f"A machine of the Ray cluster can't load the model: {reason}"
        ) from error
    return model
