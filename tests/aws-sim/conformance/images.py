"""Images as clients push them to ECR: layers first, then the manifest."""

import hashlib
import json

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def upload(ecr, data):
    """Uploads a layer in one part, and gives its digest."""
    upload_id = ecr.initiate_layer_upload(repositoryName="app")["uploadId"]
    part = {"partFirstByte": 0, "partLastByte": len(data) - 1, "layerPartBlob": data}
    ecr.upload_layer_part(repositoryName="app", uploadId=upload_id, **part)
    done = ecr.complete_layer_upload(repositoryName="app", uploadId=upload_id, layerDigests=[digest_of(data)])
    return done["layerDigest"]


def manifest(ecr, content):
    """The manifest of an image whose one layer is that content."""
    layer = {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": len(content)}
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "size": 2, "digest": upload(ecr, b"{}" + content)},
            "layers": [{**layer, "digest": upload(ecr, content)}],
        }
    )


def push(ecr, content=b"layer", tag="v1"):
    text = manifest(ecr, content)
    image = ecr.put_image(repositoryName="app", imageManifest=text, imageTag=tag)["image"]
    return image["imageId"]["imageDigest"], text
