# Three images of one checkout: `gateway` serves alone on a CPU or in front of Tritons, `engine` is NVIDIA Triton with
# the engine in it, `train` trains and exports. docs/deployment.md says how they are built, run and checked.
#
#   docker build --target gateway --tag cosmicman-gateway .
#
# Bases are named by digest; a tag beside it says what it was. Whoever moves one moves both.
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
ARG TRITON_IMAGE=nvcr.io/nvidia/tritonserver:26.07-py3@sha256:551599c0812bb706121410a71abda07f9920d25e6c66edf1ec07a375e49f5f90

# The wheel, with the bundled model in it.
FROM ${PYTHON_IMAGE} AS wheel
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY engine engine
COPY server server
COPY model_repo model_repo
COPY models models
RUN python3 -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

# An environment without pip: what is in it at the end is what serving needs.
FROM ${PYTHON_IMAGE} AS gateway-packages
COPY constraints.txt /tmp/
COPY --from=wheel /wheels /wheels
RUN python3 -m venv --without-pip /opt/cosmicman \
 && wheel="$(echo /wheels/cosmicman_serve-*.whl)" \
 && python3 -m pip --python /opt/cosmicman/bin/python install --no-cache-dir --no-compile \
    --constraint /tmp/constraints.txt "${wheel}[triton,tracing,credentials]" \
 && /opt/cosmicman/bin/python -m compileall -q /opt/cosmicman/lib

# Gateway, embedded engine and the bundled model on a CPU; with COSMICMAN_ENGINE=triton://... the gateway alone.
FROM ${PYTHON_IMAGE} AS gateway
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cosmicman-gateway" \
      org.opencontainers.image.description="CosmicMan Serve: gateway, engine for CPUs and the bundled model" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Nobody installs packages in what serves: pip and its like, which the base brings, go.
RUN rm -rf /usr/local/lib/python3.*/site-packages/* /usr/local/bin/pip*
COPY --from=gateway-packages /opt/cosmicman /opt/cosmicman
# State is the one folder that is written to: mount a volume there, or a tmpfs for nothing that must last.
RUN mkdir -p /var/lib/cosmicman && chown 10001:10001 /var/lib/cosmicman
ENV PATH=/opt/cosmicman/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    COSMICMAN_HOST=0.0.0.0 \
    COSMICMAN_STATE=/var/lib/cosmicman
WORKDIR /tmp
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('COSMICMAN_PORT', '8000') + '/readyz', timeout=2)"]
ENTRYPOINT ["cosmicman"]
CMD ["serve"]

FROM ${PYTHON_IMAGE} AS train-packages
COPY constraints.txt /tmp/
COPY --from=wheel /wheels /wheels
RUN python3 -m venv --without-pip /opt/cosmicman \
 && wheel="$(echo /wheels/cosmicman_serve-*.whl)" \
 && python3 -m pip --python /opt/cosmicman/bin/python install --no-cache-dir --no-compile \
    --constraint /tmp/constraints.txt "${wheel}[train]"

# Trains and exports; needs the `train` extra and so PyTorch. A GPU is used where the runtime gives one.
FROM ${PYTHON_IMAGE} AS train
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cosmicman-train" \
      org.opencontainers.image.description="CosmicMan: training, export and evaluation" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=train-packages /opt/cosmicman /opt/cosmicman
ENV PATH=/opt/cosmicman/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /data
USER 10001:10001
# A batch job: whoever starts it sees its exit status.
HEALTHCHECK NONE
ENTRYPOINT ["cosmicman"]
CMD ["train", "--help"]

# An environment for the Python of Triton's image, with ONNX Runtime's GPU build in the place of the CPU one (both together
# shadow each other); CUDA and cuDNN come as packages, so that they fit ONNX Runtime and not the image.
FROM ${TRITON_IMAGE} AS engine-packages
ARG ONNXRUNTIME_GPU=1.31.1
COPY constraints.txt /tmp/
COPY --from=wheel /wheels /wheels
RUN python3 -m venv --without-pip /opt/cosmicman \
 && wheel="$(echo /wheels/cosmicman_serve-*.whl)" \
 && python3 -m pip --python /opt/cosmicman/bin/python install --no-cache-dir --no-compile \
    --constraint /tmp/constraints.txt "${wheel}" \
 && python3 -m pip --python /opt/cosmicman/bin/python uninstall --yes onnxruntime \
 && python3 -m pip --python /opt/cosmicman/bin/python install --no-cache-dir --no-compile \
    --constraint /tmp/constraints.txt "onnxruntime-gpu[cuda,cudnn]==${ONNXRUNTIME_GPU}"

# NVIDIA Triton with the engine. It starts with the arguments of k8s/base/engine/stateful-set.yaml, among them a key of
# its own, and so has no CMD; a model repository is mounted at /models.
FROM ${TRITON_IMAGE} AS engine
ARG VERSION=0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cosmicman-engine" \
      org.opencontainers.image.description="CosmicMan Serve: the engine as a model of NVIDIA Triton" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=engine-packages /opt/cosmicman /opt/cosmicman
# A repository is mounted here; a fresh volume takes the folder's owner.
RUN mkdir /models && chown 10001:10001 /models
# The stub of Triton's Python backend is not of this environment: it finds the packages by this path.
ENV PATH=/opt/cosmicman/bin:/opt/tritonserver/bin:$PATH \
    PYTHONPATH=/opt/cosmicman/lib/python3.12/site-packages \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /tmp
USER 10001:10001
EXPOSE 8000 8001 8002
HEALTHCHECK --interval=10s --timeout=3s --start-period=600s --retries=3 \
  CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/v2/models/cosmicman/ready', timeout=2)"]
ENTRYPOINT ["/opt/tritonserver/bin/tritonserver"]

# What a build without --target makes. Builders that make every stage before the target make no more than it needs.
FROM gateway AS default
