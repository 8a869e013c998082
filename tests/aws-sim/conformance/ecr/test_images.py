"""Images and layers."""

import json

import pytest
from images import CONFIG, MANIFEST, digest_of, manifest, push, upload
from simulator import refused

PUT = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html"
GET = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html"
LIST = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImages.html"
DESCRIBE = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html"
DELETE = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html"
REPOSITORY = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html"
PART = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html"
COMPLETE = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CompleteLayerUpload.html"
AVAILABILITY = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchCheckLayerAvailability.html"
DOWNLOAD = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html"
MUTABILITY = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html"

MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


@pytest.fixture
def ecr(aws):
    aws.ecr.create_repository(repositoryName="app")
    return aws.ecr


@pytest.mark.aws(PUT)
def test_an_image_has_the_digest_of_its_manifest(ecr):
    """PutImage answers the SHA-256 of the manifest, and BatchGetImage gives the manifest back by tag and by digest."""
    digest, text = push(ecr)
    assert digest == digest_of(text.encode())
    for image_id in ({"imageTag": "v1"}, {"imageDigest": digest}):
        image = ecr.batch_get_image(repositoryName="app", imageIds=[image_id])["images"][0]
        assert (image["imageManifest"], image["imageManifestMediaType"]) == (text, MANIFEST)
        assert image["imageId"]["imageDigest"] == digest


@pytest.mark.aws(PUT)
def test_an_image_needs_its_layers(ecr):
    """An image whose layers were not uploaded is refused, with their digests."""
    absent = "sha256:" + "0" * 64
    text = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [{"digest": absent}]})
    with refused("LayersNotFoundException", message=absent):
        ecr.put_image(repositoryName="app", imageManifest=text, imageTag="v1")


@pytest.mark.aws(PUT)
def test_a_manifest_list_needs_its_images(ecr):
    """A manifest list is taken once the images that it refers to are in the repository."""
    absent = "sha256:" + "0" * 64
    text = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST_LIST, "manifests": [{"digest": absent}]})
    with refused("ReferencedImagesNotFoundException", message=absent):
        ecr.put_image(repositoryName="app", imageManifest=text, imageTag="all")
    digest, _ = push(ecr)
    text = text.replace(absent, digest)
    ecr.put_image(repositoryName="app", imageManifest=text, imageTag="all")
    answer = ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageDigest": digest}])
    assert answer["failures"][0]["failureCode"] == "ImageReferencedByManifestList"


@pytest.mark.aws(PUT)
def test_the_same_image_with_the_same_tag_is_refused(ecr):
    """Putting an image that is there with the same tag is ImageAlreadyExistsException; another tag is added to it."""
    digest, text = push(ecr)
    with refused("ImageAlreadyExistsException", message=f"Image with digest '{digest}' and tag 'v1' already exists"):
        ecr.put_image(repositoryName="app", imageManifest=text, imageTag="v1")
    ecr.put_image(repositoryName="app", imageManifest=text, imageTag="v2")
    assert ecr.describe_images(repositoryName="app")["imageDetails"][0]["imageTags"] == ["v1", "v2"]


@pytest.mark.aws(PUT)
def test_a_mutable_tag_moves_to_the_newer_image(ecr):
    """A tag that is put with another image leaves the older one, which stays untagged."""
    older, _ = push(ecr, b"one", "latest")
    newer, _ = push(ecr, b"two", "latest")
    images = {image["imageDigest"]: image for image in ecr.describe_images(repositoryName="app")["imageDetails"]}
    assert images[newer]["imageTags"] == ["latest"] and "imageTags" not in images[older]


@pytest.mark.aws(PUT)
def test_a_wrong_digest_and_a_broken_manifest_are_refused(ecr):
    """A manifest must be JSON that says its media type, and fit the digest that is given beside it."""
    text = manifest(ecr, b"layer")
    with refused("ImageDigestDoesNotMatchException"):
        ecr.put_image(repositoryName="app", imageManifest=text, imageDigest="sha256:" + "0" * 64)
    with refused("InvalidParameterException", message="Invalid JSON syntax"):
        ecr.put_image(repositoryName="app", imageManifest="{", imageTag="v1")
    with refused("InvalidParameterException", message="mediatype not provided"):
        ecr.put_image(repositoryName="app", imageManifest="{}", imageTag="v1")


@pytest.mark.aws(MUTABILITY)
def test_an_immutable_tag_stays_with_its_image(ecr):
    """In an immutable repository a tag that exists cannot be put with another image."""
    ecr.put_image_tag_mutability(repositoryName="app", imageTagMutability="IMMUTABLE")
    push(ecr, b"one", "v1")
    other = manifest(ecr, b"two")
    with refused("ImageTagAlreadyExistsException", message="The image tag 'v1' already exists in the 'app' repository"):
        ecr.put_image(repositoryName="app", imageManifest=other, imageTag="v1")
    ecr.put_image(repositoryName="app", imageManifest=other, imageTag="v2")


@pytest.mark.aws(MUTABILITY)
def test_excluded_tags_of_an_immutable_repository_move(ecr):
    """With IMMUTABLE_WITH_EXCLUSION tags that a filter matches can be overwritten; filters without it are refused."""
    filters = [{"filterType": "WILDCARD", "filter": "dev-*"}]
    with refused("InvalidParameterException"):
        ecr.put_image_tag_mutability(
            repositoryName="app", imageTagMutability="IMMUTABLE", imageTagMutabilityExclusionFilters=filters
        )
    ecr.put_image_tag_mutability(
        repositoryName="app",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=filters,
    )
    push(ecr, b"one", "dev-a")
    push(ecr, b"two", "dev-a")
    push(ecr, b"three", "v1")
    with refused("ImageTagAlreadyExistsException"):
        push(ecr, b"four", "v1")


@pytest.mark.aws(GET)
def test_images_that_are_not_found_are_failures(ecr):
    """BatchGetImage answers what it found, and a failure for each image that it did not."""
    push(ecr)
    answer = ecr.batch_get_image(
        repositoryName="app", imageIds=[{"imageTag": "v1"}, {"imageTag": "v2"}, {}, {"imageDigest": "nothing"}]
    )
    assert len(answer["images"]) == 1
    codes = [failure["failureCode"] for failure in answer["failures"]]
    assert codes == ["ImageNotFound", "MissingDigestAndTag", "InvalidImageDigest"]
    assert answer["failures"][0]["failureReason"] == "Requested image not found"


@pytest.mark.aws(LIST)
def test_images_are_listed_by_tag_and_paged(ecr):
    """ListImages has a row for each tag and one for an untagged image, filters by tag status, and pages."""
    older, text = push(ecr, b"one", "latest")
    newer, text = push(ecr, b"two", "latest")
    ecr.put_image(repositoryName="app", imageManifest=text, imageTag="v2")
    tagged = ecr.list_images(repositoryName="app", filter={"tagStatus": "TAGGED"})["imageIds"]
    assert sorted(image["imageTag"] for image in tagged) == ["latest", "v2"]
    untagged = ecr.list_images(repositoryName="app", filter={"tagStatus": "UNTAGGED"})["imageIds"]
    assert untagged == [{"imageDigest": older}]
    first = ecr.list_images(repositoryName="app", maxResults=2)
    second = ecr.list_images(repositoryName="app", maxResults=2, nextToken=first["nextToken"])
    assert len(first["imageIds"]) == 2 and len(second["imageIds"]) == 1 and "nextToken" not in second


@pytest.mark.aws(DESCRIBE)
def test_an_image_is_described_with_size_and_time(ecr):
    """DescribeImages shows the sum of the layers, the media types and when the image was pushed."""
    digest, _ = push(ecr, b"layer", "v1")
    image = ecr.describe_images(repositoryName="app", imageIds=[{"imageTag": "v1"}])["imageDetails"][0]
    assert (image["imageDigest"], image["imageTags"]) == (digest, ["v1"])
    assert image["imageSizeInBytes"] == len(b"layer") + len(b"{}layer")
    assert (image["imageManifestMediaType"], image["artifactMediaType"]) == (MANIFEST, CONFIG)
    with refused("ImageNotFoundException", message="{imageDigest:'null', imageTag:'v2'} does not exist"):
        ecr.describe_images(repositoryName="app", imageIds=[{"imageTag": "v2"}])


@pytest.mark.aws(DELETE)
def test_deleting_the_last_tag_deletes_the_image(ecr):
    """Deleting by tag takes the tag alone while others are there, and the image with the last one."""
    digest, text = push(ecr)
    ecr.put_image(repositoryName="app", imageManifest=text, imageTag="v2")
    gone = ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageTag": "v1"}])["imageIds"]
    assert gone == [{"imageDigest": digest, "imageTag": "v1"}]
    assert ecr.describe_images(repositoryName="app")["imageDetails"][0]["imageTags"] == ["v2"]
    ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageTag": "v2"}])
    assert ecr.describe_images(repositoryName="app")["imageDetails"] == []


@pytest.mark.aws(DELETE)
def test_deleting_by_digest_deletes_all_tags(ecr):
    """Deleting by digest takes the image with all its tags, and an absent image is a failure."""
    digest, text = push(ecr)
    ecr.put_image(repositoryName="app", imageManifest=text, imageTag="v2")
    gone = ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageDigest": digest}])["imageIds"]
    assert sorted(image["imageTag"] for image in gone) == ["v1", "v2"]
    answer = ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageDigest": digest}])
    assert answer["failures"][0]["failureCode"] == "ImageNotFound"


@pytest.mark.aws(REPOSITORY)
def test_a_repository_with_images_is_deleted_by_force_alone(ecr):
    """A repository that has images is not deleted unless force is set."""
    push(ecr)
    with refused("RepositoryNotEmptyException", message="cannot be deleted because it still contains images"):
        ecr.delete_repository(repositoryName="app")
    ecr.delete_repository(repositoryName="app", force=True)
    with refused("RepositoryNotFoundException"):
        ecr.list_images(repositoryName="app")


@pytest.mark.aws(PART)
def test_parts_follow_each_other(ecr):
    """A part must begin behind the last one; otherwise the refusal says how far the upload is."""
    started = ecr.initiate_layer_upload(repositoryName="app")
    assert started["partSize"] == 20 * 1024 * 1024
    part = {"repositoryName": "app", "uploadId": started["uploadId"]}
    assert ecr.upload_layer_part(**part, partFirstByte=0, partLastByte=3, layerPartBlob=b"abcd")["lastByteReceived"] == 3
    with refused("InvalidLayerPartException") as caught:
        ecr.upload_layer_part(**part, partFirstByte=5, partLastByte=8, layerPartBlob=b"efgh")
    assert caught.value.response["lastValidByteReceived"] == 3
    with refused("UploadNotFoundException"):
        ecr.upload_layer_part(
            repositoryName="app",
            uploadId="00000000-0000-4000-8000-000000000000",
            partFirstByte=0,
            partLastByte=0,
            layerPartBlob=b"a",
        )


@pytest.mark.aws(COMPLETE)
def test_a_layer_is_completed_under_its_digest_once(ecr):
    """An upload is completed with the digest of its bytes; a wrong digest, no bytes and a known layer are refused."""
    upload_id = ecr.initiate_layer_upload(repositoryName="app")["uploadId"]
    done = {"repositoryName": "app", "uploadId": upload_id}
    with refused("EmptyUploadException"):
        ecr.complete_layer_upload(**done, layerDigests=[digest_of(b"abcd")])
    ecr.upload_layer_part(**done, partFirstByte=0, partLastByte=3, layerPartBlob=b"abcd")
    with refused("InvalidLayerException"):
        ecr.complete_layer_upload(**done, layerDigests=[digest_of(b"other")])
    assert ecr.complete_layer_upload(**done, layerDigests=[digest_of(b"abcd")])["layerDigest"] == digest_of(b"abcd")
    with refused("LayerAlreadyExistsException"):
        upload(ecr, b"abcd")


@pytest.mark.aws(AVAILABILITY)
def test_layers_are_available_once_they_are_complete(ecr):
    """BatchCheckLayerAvailability tells AVAILABLE with the size, or UNAVAILABLE; a text that is no digest fails."""
    digest = upload(ecr, b"abcd")
    absent = digest_of(b"other")
    answer = ecr.batch_check_layer_availability(repositoryName="app", layerDigests=[digest, absent, "nothing"])
    states = {layer["layerDigest"]: layer["layerAvailability"] for layer in answer["layers"]}
    assert states == {digest: "AVAILABLE", absent: "UNAVAILABLE"}
    assert answer["layers"][0]["layerSize"] == 4
    assert answer["failures"][0]["failureCode"] == "InvalidLayerDigest"


@pytest.mark.aws(DOWNLOAD)
def test_an_address_is_given_for_a_layer_that_exists(ecr):
    """GetDownloadUrlForLayer gives an address for a layer of the repository, and refuses others."""
    digest = upload(ecr, b"abcd")
    assert ecr.get_download_url_for_layer(repositoryName="app", layerDigest=digest)["downloadUrl"].startswith("https://")
    with refused("LayersNotFoundException"):
        ecr.get_download_url_for_layer(repositoryName="app", layerDigest=digest_of(b"other"))
