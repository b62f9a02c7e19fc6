"""Finds operations of a TensorFlow graph that do more than compute."""

import pathlib
from collections.abc import Iterable, Iterator

from tensorflow.core.protobuf import saved_model_pb2

from stylex_tf import errors

# By what they touch. docs/your_own.md has the same list.
FORBIDDEN = {
    "files": frozenset(
        """
        CacheDataset CacheDatasetV2 CreateSummaryDbWriter
        CreateSummaryFileWriter CSVDataset CSVDatasetV2
        DatasetToTFRecord DebugIdentity DebugIdentityV2 DebugIdentityV3
        DebugNanCount DebugNumericSummary DebugNumericSummaryV2
        DistributedSave DTensorRestoreV2 DumpTensor
        ExperimentalCSVDataset ExperimentalDatasetToTFRecord
        ExperimentalLMDBDataset ExperimentalMatchingFilesDataset
        ExperimentalSqlDataset FileSystemSetConfiguration
        FixedLengthRecordDataset FixedLengthRecordDatasetV2
        FixedLengthRecordReader FixedLengthRecordReaderV2
        FixedUnigramCandidateSampler GenerateVocabRemapping
        ImmutableConst ImportEvent InitializeTableFromTextFile
        InitializeTableFromTextFileV2 InitializeTRTResource
        ListSnapshotChunksDataset LMDBDataset LMDBReader
        LoadAndRemapMatrix LoadDataset MatchingFiles
        MatchingFilesDataset MergeV2Checkpoints PrintV2 ReadFile
        RecordInput Restore RestoreSlice RestoreV2 Save SaveDataset
        SaveDatasetV2 SaveSlices SaveV2 SerializeTRTResource Skipgram
        SnapshotChunkDataset SnapshotDataset SnapshotDatasetReader
        SnapshotDatasetV2 SqlDataset SummaryWriter TextLineDataset
        TextLineReader TextLineReaderV2 TFRecordDataset
        TFRecordDatasetV2 TFRecordReader TFRecordReaderV2
        WholeFileReader WholeFileReaderV2 WriteAudioSummary WriteFile
        WriteGraphSummary WriteHistogramSummary WriteImageSummary
        WriteRawProtoSummary WriteScalarSummary WriteSummary
        """.split()
    ),
    "Python": frozenset("PyFunc PyFuncStateless EagerPyFunc".split()),
    "graphs that another holds, unseen": frozenset(
        "DatasetFromGraph TfLiteSubgraphExecute".split()
    ),
    "processes and other machines": frozenset(
        """
        Abort DataServiceDataset DataServiceDatasetV2
        DataServiceDatasetV3 DataServiceDatasetV4 GcsConfigureBlockCache
        GcsConfigureCredentials RegisterDataset RegisterDatasetV2
        RemoteCall RemoteFusedGraphExecute RpcCall RpcClient RpcServer
        RpcServerRegister RpcServerStart TRTEngineOp XlaCustomCall
        XlaCustomCallV2
        """.split()
    ),
}
# Every SavedModel has these, to be saved again and to read its own weights.
_OF_THE_SAVER = frozenset(
    "MergeV2Checkpoints RestoreV2 SaveV2 SaveSlices RestoreSlice".split()
)
_ALL: frozenset[str] = frozenset().union(*FORBIDDEN.values())


def forbidden(path: pathlib.Path) -> list[str]:
    """Returns the operations of a SavedModel that do more than compute.

    Graph and function library are searched whole; nothing is loaded.

    Args:
        path: a SavedModel's folder.

    Returns:
        Names of operations, in order; none of a model that only computes.

    Raises:
        ClassifierError: saved_model.pb is not one.
    """
    operations: set[str] = set()
    for meta_graph in read(path).meta_graphs:
        operations |= _forbidden_of(meta_graph)
    return sorted(operations)


def read(path: pathlib.Path) -> saved_model_pb2.SavedModel:
    """Reads the graphs of a SavedModel; loads nothing.

    Args:
        path: its folder.

    Raises:
        ClassifierError: saved_model.pb is not one.
    """
    model = saved_model_pb2.SavedModel()
    try:
        model.ParseFromString((path / "saved_model.pb").read_bytes())
    # protobuf's DecodeError has no public name for all its versions.
    except Exception as error:
        raise errors.ClassifierError(
            f"{path}/saved_model.pb is damaged or cut short ({error}); "
            "export the model again"
        ) from error
    if not model.meta_graphs:
        raise errors.ClassifierError(
            f"{path}/saved_model.pb holds no model; export it again"
        )
    return model


def _forbidden_of(meta_graph) -> set[str]:
    graph = meta_graph.graph_def
    functions = {f.signature.name: f.node_def for f in graph.library.function}
    everything = [*graph.node, *(n for f in functions.values() for n in f)]
    operations = {n.op for n in everything if n.op in _ALL - _OF_THE_SAVER}
    return operations | {
        node.op
        for node in _run(meta_graph, functions)
        if node.op in _OF_THE_SAVER
    }


def _run(meta_graph, functions) -> Iterator:
    """Returns every node that is not the saver's alone."""
    graph = meta_graph.graph_def
    nodes = {node.name: node for node in graph.node}
    saver = meta_graph.saver_def
    ends = {_name(saver.save_tensor_name), _name(saver.restore_op_name)} - {""}
    of_saver = _with_inputs(ends, nodes)
    # What a signature, an initialisation or a loaded object reaches.
    roots = {
        _name(tensor.name)
        for signature in meta_graph.signature_def.values()
        for tensor in signature.outputs.values()
    }
    # The restoring of a TensorFlow 1 model runs when it is loaded, and may
    # read, but not write.
    restored = _with_inputs({_name(saver.restore_op_name)} - {""}, nodes)
    used = _with_inputs(roots, nodes) | (set(nodes) - of_saver)
    called = {
        name for node in used if node in nodes for name in _calls(nodes[node])
    }
    called |= set(meta_graph.object_graph_def.concrete_functions)
    called |= {g.gradient_func for g in graph.library.gradient}
    saved_only = {
        name for node in ends if node in nodes for name in _calls(nodes[node])
    }
    # A function that nobody names but the saver is the saver's.
    called |= set(functions) - _closure(saved_only, functions)
    for name in _closure(called, functions):
        yield from functions[name]
    for name in used:
        if name in nodes:
            yield nodes[name]
    for name in restored - used:
        if name in nodes and not nodes[name].op.startswith("Restore"):
            yield nodes[name]


def _with_inputs(names: Iterable[str], nodes) -> set[str]:
    """Returns the nodes of these names and all that they depend on."""
    reached: set[str] = set()
    waiting = [name for name in names if name in nodes]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        inputs = {_name(i) for i in nodes[name].input}
        waiting += [i for i in inputs if i in nodes]
    return reached


def _closure(names: Iterable[str], functions) -> set[str]:
    """Returns the functions of these names and all that they call."""
    reached: set[str] = set()
    waiting = [name for name in names if name in functions]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        for node in functions[name]:
            waiting += [c for c in _calls(node) if c in functions]
    return reached


def _calls(node) -> list[str]:
    """Returns the functions that a node names."""
    names = []
    for value in node.attr.values():
        if value.HasField("func"):
            names.append(value.func.name)
        names += [function.name for function in value.list.func]
    return names


def _name(tensor: str) -> str:
    return tensor.lstrip("^").split(":")[0]
