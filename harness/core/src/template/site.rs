//! A template as the rules look at it: who serves what from where, by which policy.
//!
//! Everything here stays a [`Node`] with its place: a rule says
//! what is written, and not what the emulator made of it.

use std::collections::BTreeMap;

use greenroom_cloudformation::{Inputs, Node, Place, Resolved, ResolvedResource, Value};

use super::policies::Synthetic;
use super::value::At;

pub(super) const BUCKET: &str = "AWS::S3::Bucket";
pub(super) const BUCKET_POLICY: &str = "AWS::S3::BucketPolicy";
pub(super) const DISTRIBUTION: &str = "AWS::CloudFront::Distribution";
pub(super) const CACHE_POLICY: &str = "AWS::CloudFront::CachePolicy";
pub(super) const HEADERS_POLICY: &str = "AWS::CloudFront::ResponseHeadersPolicy";
pub(super) const REQUEST_POLICY: &str = "AWS::CloudFront::OriginRequestPolicy";
pub(super) const ACCESS_CONTROL: &str = "AWS::CloudFront::OriginAccessControl";
pub(super) const ACCESS_IDENTITY: &str = "AWS::CloudFront::CloudFrontOriginAccessIdentity";
pub(super) const SUBSCRIPTION: &str = "AWS::CloudFront::MonitoringSubscription";
pub(super) const ALARM: &str = "AWS::CloudWatch::Alarm";

/// A template with its values, looked at from its distributions.
pub(super) struct Site<'a> {
    resolved: &'a Resolved,
    /// The logical ids of the template's buckets by their names, or what stands in for these.
    bucket_names: BTreeMap<String, &'a str>,
    /// What the template was resolved with.
    pub(super) inputs: &'a Inputs,
    /// The distributions in their order.
    pub(super) distributions: Vec<Distribution<'a>>,
}

/// A distribution.
pub(super) struct Distribution<'a> {
    /// Logical id.
    pub(super) id: &'a str,
    /// `DistributionConfig`.
    pub(super) config: At<'a>,
    /// `Origins`.
    pub(super) origins: Vec<Origin<'a>>,
    /// `DefaultCacheBehavior`, then `CacheBehaviors`.
    pub(super) behaviours: Vec<Behaviour<'a>>,
}

/// An element of `Origins`.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a> {
    /// The element itself.
    pub(super) settings: At<'a>,
    /// `Id`.
    pub(super) name: &'a str,
    /// What `DomainName` names.
    pub(super) kind: OriginKind<'a>,
}

/// What an origin's `DomainName` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OriginKind<'a> {
    /// A bucket of the template, by its logical id.
    Bucket(&'a str),
    /// A bucket of elsewhere.
    BucketElsewhere,
    /// The website endpoint of a bucket.
    Website,
    /// Something that is no bucket.
    Server,
}

/// A cache behaviour.
pub(super) struct Behaviour<'a> {
    /// `the default behaviour`, or the one for its path.
    pub(super) name: String,
    /// Its settings.
    pub(super) settings: At<'a>,
    /// The origin that `TargetOriginId` names.
    pub(super) origin: Option<Origin<'a>>,
    /// `CachePolicyId`, or the older settings of the behaviour itself.
    pub(super) cache: Policy<'a>,
    /// `ResponseHeadersPolicyId`.
    pub(super) headers: Policy<'a>,
    /// `OriginRequestPolicyId`.
    pub(super) request: Policy<'a>,
}

/// What a behaviour refers to by an id.
#[derive(Clone, Copy)]
pub(super) enum Policy<'a> {
    /// Nothing.
    None,
    /// A policy whose contents are known: the resource that a finding belongs to, and its config.
    /// Those of a managed policy stand where it is referred to.
    Known(&'a str, At<'a>),
    /// A policy that is not in the template and not managed.
    Elsewhere(At<'a>),
    /// A resource that is no such policy.
    Other(At<'a>, &'a str),
}

impl<'a> Policy<'a> {
    /// The config, where it is known.
    pub(super) fn config(self) -> Option<At<'a>> {
        match self {
            Self::Known(_, config) => Some(config),
            Self::None | Self::Elsewhere(_) | Self::Other(..) => None,
        }
    }
}

/// A behaviour with the distribution that it is of.
pub(super) type Served<'s, 'a> = (&'s Distribution<'a>, &'s Behaviour<'a>);

impl<'a> Site<'a> {
    pub(super) fn new(
        resolved: &'a Resolved,
        inputs: &'a Inputs,
        synthetic: &'a Synthetic,
    ) -> Self {
        let mut site = Self {
            resolved,
            bucket_names: BTreeMap::new(),
            inputs,
            distributions: Vec::new(),
        };
        site.bucket_names = site
            .of_kind(BUCKET)
            .filter_map(|bucket| {
                let name = site.stand_in(&bucket.logical_id, "Ref")?;
                Some((name.to_ascii_lowercase(), bucket.logical_id.as_str()))
            })
            .collect();
        site.distributions = site
            .of_kind(DISTRIBUTION)
            .filter_map(|resource| site.distribution(resource, synthetic))
            .collect();
        site
    }

    /// Resources of a type, in their order.
    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'a ResolvedResource> {
        self.resolved
            .resources
            .iter()
            .filter(move |resource| resource.kind == kind)
    }

    /// A resource by its logical id.
    pub(super) fn resource(&self, id: &str) -> Option<&'a ResolvedResource> {
        self.resolved.resource(id)
    }

    /// A resource by its logical id and type.
    pub(super) fn resource_of(&self, id: &str, kind: &str) -> Option<&'a ResolvedResource> {
        self.resource(id).filter(|resource| resource.kind == kind)
    }

    /// A value as a text, with a stand-in for what only a deployment knows.
    pub(super) fn filled(&self, at: At<'_>) -> Option<String> {
        self.resolved.text(at.node)
    }

    /// What the reader puts into texts for an attribute of a resource.
    pub(super) fn stand_in(&self, resource: &str, attribute: &str) -> Option<String> {
        self.resolved.text(&Node {
            place: Place { line: 0, column: 0 },
            value: Value::Attribute {
                resource: resource.to_owned(),
                name: attribute.to_owned(),
            },
        })
    }

    /// Behaviours that serve files of a bucket, by whatever way the bucket is asked.
    pub(super) fn served(&self) -> impl Iterator<Item = Served<'_, 'a>> {
        self.distributions.iter().flat_map(|distribution| {
            distribution
                .behaviours
                .iter()
                .filter(|behaviour| {
                    behaviour
                        .origin
                        .is_none_or(|origin| origin.kind != OriginKind::Server)
                })
                .map(move |behaviour| (distribution, behaviour))
        })
    }

    /// Origins that are buckets, asked through their REST endpoint.
    pub(super) fn bucket_origins(&self) -> impl Iterator<Item = (&Distribution<'a>, Origin<'a>)> {
        self.distributions.iter().flat_map(|distribution| {
            distribution
                .origins
                .iter()
                .filter(|origin| {
                    matches!(
                        origin.kind,
                        OriginKind::Bucket(_) | OriginKind::BucketElsewhere
                    )
                })
                .map(move |origin| (distribution, *origin))
        })
    }

    /// The template's buckets that a distribution serves from, each once.
    pub(super) fn sdk_buckets(&self) -> Vec<&'a ResolvedResource> {
        let mut ids: Vec<&str> = self
            .bucket_origins()
            .filter_map(|(_, origin)| match origin.kind {
                OriginKind::Bucket(id) => Some(id),
                _ => None,
            })
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.resource(id)).collect()
    }

    /// The response headers policies in use whose contents are known, each once.
    pub(super) fn header_policies(&self) -> Vec<(&'a str, At<'a>)> {
        once(self.served().map(|(_, behaviour)| behaviour.headers))
    }

    /// The cache policies in use whose contents are known, each once.
    pub(super) fn cache_policies(&self) -> Vec<(&'a str, At<'a>)> {
        once(self.served().map(|(_, behaviour)| behaviour.cache))
    }

    fn distribution(
        &self,
        resource: &'a ResolvedResource,
        synthetic: &'a Synthetic,
    ) -> Option<Distribution<'a>> {
        let config = properties(resource).get("DistributionConfig")?;
        let origins: Vec<Origin<'a>> = config
            .get("Origins")
            .into_iter()
            .flat_map(At::items)
            .map(|settings| Origin {
                settings,
                name: settings.get("Id").and_then(At::text).unwrap_or_default(),
                kind: self.origin_kind(settings),
            })
            .collect();
        let by_default = config
            .get("DefaultCacheBehavior")
            .map(|settings| ("the default behaviour".to_owned(), settings));
        let by_path = config
            .get("CacheBehaviors")
            .into_iter()
            .flat_map(At::items)
            .map(|settings| {
                let path = settings.get("PathPattern").and_then(At::text);
                let name = format!("the behaviour for `{}`", path.unwrap_or("?"));
                (name, settings)
            });
        let behaviours = by_default
            .into_iter()
            .chain(by_path)
            .map(|(name, settings)| Behaviour {
                name,
                settings,
                origin: settings
                    .get("TargetOriginId")
                    .and_then(|target| self.filled(target))
                    .and_then(|target| {
                        origins
                            .iter()
                            .copied()
                            .find(|origin| self.is_named(origin, &target))
                    }),
                cache: self.cache(resource, settings, synthetic),
                headers: self.policy(
                    resource,
                    settings.get("ResponseHeadersPolicyId"),
                    (HEADERS_POLICY, "ResponseHeadersPolicyConfig"),
                    synthetic,
                ),
                request: self.policy(
                    resource,
                    settings.get("OriginRequestPolicyId"),
                    (REQUEST_POLICY, "OriginRequestPolicyConfig"),
                    synthetic,
                ),
            })
            .collect();
        Some(Distribution {
            id: &resource.logical_id,
            config,
            origins,
            behaviours,
        })
    }

    fn is_named(&self, origin: &Origin<'_>, target: &str) -> bool {
        let id = origin.settings.get("Id");
        id.and_then(|id| self.filled(id)).as_deref() == Some(target)
    }

    fn origin_kind(&self, settings: At<'a>) -> OriginKind<'a> {
        let Some(domain) = settings.get("DomainName") else {
            return OriginKind::Server;
        };
        if let Some((resource, name)) = domain.attribute()
            && self.resource_of(resource, BUCKET).is_some()
        {
            return if name == "WebsiteURL" {
                OriginKind::Website
            } else {
                OriginKind::Bucket(resource)
            };
        }
        let text = self.filled(domain).unwrap_or_default().to_ascii_lowercase();
        // `BUCKET.s3-website-REGION.amazonaws.com` or `BUCKET.s3-website.REGION.amazonaws.com`.
        if text.contains(".s3-website") {
            return OriginKind::Website;
        }
        let endpoint = text.find(".s3.").or_else(|| text.find(".s3-"));
        match endpoint {
            Some(end) if text.trim_end_matches(".cn").ends_with(".amazonaws.com") => self
                .bucket_names
                .get(&text[..end])
                .map_or(OriginKind::BucketElsewhere, |id| OriginKind::Bucket(id)),
            _ => OriginKind::Server,
        }
    }

    fn cache(
        &self,
        resource: &'a ResolvedResource,
        settings: At<'a>,
        synthetic: &'a Synthetic,
    ) -> Policy<'a> {
        if let Some(id) = settings.get("CachePolicyId") {
            let kind = (CACHE_POLICY, "CachePolicyConfig");
            return self.policy(resource, Some(id), kind, synthetic);
        }
        match settings.get("ForwardedValues") {
            Some(older) => synthetic.at(older.place).map_or(Policy::None, |config| {
                Policy::Known(&resource.logical_id, config)
            }),
            None => Policy::None,
        }
    }

    fn policy(
        &self,
        of: &'a ResolvedResource,
        id: Option<At<'a>>,
        (kind, config): (&str, &str),
        synthetic: &'a Synthetic,
    ) -> Policy<'a> {
        let Some(id) = id else {
            return Policy::None;
        };
        if let Some((resource, _)) = id.attribute() {
            let config = self
                .resource_of(resource, kind)
                .and_then(|policy| properties(policy).get(config));
            return match config {
                Some(config) => Policy::Known(resource, config),
                None => Policy::Other(id, resource),
            };
        }
        match synthetic.at(id.place) {
            Some(config) => Policy::Known(&of.logical_id, config),
            None => Policy::Elsewhere(id),
        }
    }
}

/// The properties of a resource. A property that is missing altogether is missed at the resource's
/// name.
pub(super) fn properties(resource: &ResolvedResource) -> At<'_> {
    At::new(resource.place, &resource.properties)
}

fn once<'a>(policies: impl Iterator<Item = Policy<'a>>) -> Vec<(&'a str, At<'a>)> {
    let mut seen: BTreeMap<Place, (&str, At<'_>)> = BTreeMap::new();
    for policy in policies {
        if let Policy::Known(resource, config) = policy {
            seen.entry(config.place).or_insert((resource, config));
        }
    }
    seen.into_values().collect()
}
