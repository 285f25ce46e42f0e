//! Browser sessions, one after the other: what is lost is started anew.

use greenroom_core::journal::{BrowserInfo, ThrottleReading};
use greenroom_model::{DeviceProfile, NetworkProfile, PageLoad};
use greenroom_webdriver::{Driver, DriverOptions, StartError, Visit};
use url::Url;

use crate::failure::{Failure, chain};

/// What the run loop needs of a browser; a stand-in plays it in tests.
pub(crate) trait SessionDriver {
    /// Loads a page once.
    async fn load(&mut self, visit: &Visit) -> Result<PageLoad, SessionFailure>;
    /// Loads a page a second time in one profile, without its HTTP cache.
    async fn load_again(&mut self, visit: &Visit) -> Result<PageLoad, SessionFailure>;
    /// Measures whether device and network profiles take effect.
    async fn prove(
        &mut self,
        device: &DeviceProfile,
        network: &NetworkProfile,
    ) -> Result<ThrottleReading, SessionFailure>;
    /// The picture (PNG) of the last load, if it did not become ready.
    fn take_screenshot(&mut self) -> Option<Vec<u8>>;
    /// Number of the session, from 1.
    fn session(&self) -> u32;
}

/// A failure of the environment, not of the page.
#[derive(Clone, Debug)]
pub(crate) struct SessionFailure {
    /// What happened.
    pub(crate) detail: String,
    /// Whether the session went with it; the next call starts a new one.
    pub(crate) session_lost: bool,
}

/// Real Chromium.
pub(crate) struct Sessions {
    options: DriverOptions,
    endpoint: Option<Url>,
    probe_url: Option<Url>,
    driver: Option<Driver>,
    started: u32,
}

impl Sessions {
    /// Starts the first session: a browser that cannot start at all ends the run at once.
    pub(crate) async fn start(
        options: DriverOptions,
        endpoint: Option<Url>,
        probe_url: Option<Url>,
    ) -> Result<Self, Failure> {
        let driver = new_driver(&options, endpoint.as_ref())
            .await
            .map_err(|error| Failure::environment(chain(&error)))?;
        Ok(Self {
            options,
            endpoint,
            probe_url,
            driver: Some(driver),
            started: 1,
        })
    }

    /// The browser that runs.
    pub(crate) fn info(&self) -> Option<BrowserInfo> {
        let info = self.driver.as_ref()?.info();
        Some(BrowserInfo {
            kind: info.name.to_owned(),
            version: info.version.clone(),
            driver_version: info.driver_version.clone(),
            headed: self.options.headed,
            switches: info
                .switches
                .iter()
                .map(|switch| switch.text.clone())
                .collect(),
        })
    }

    /// Ends the session in order.
    pub(crate) async fn close(mut self) {
        if let Some(driver) = self.driver.take()
            && let Err(error) = driver.close().await
        {
            tracing::warn!("closing the browser: {}", chain(&error));
        }
    }

    async fn driver(&mut self) -> Result<&mut Driver, SessionFailure> {
        if self.driver.is_none() {
            let driver = new_driver(&self.options, self.endpoint.as_ref())
                .await
                .map_err(|error| SessionFailure {
                    detail: format!("no new browser session: {}", chain(&error)),
                    session_lost: true,
                })?;
            self.started += 1;
            self.driver = Some(driver);
        }
        self.driver.as_mut().ok_or_else(|| SessionFailure {
            detail: "no browser session".to_owned(),
            session_lost: true,
        })
    }

    async fn failed(&mut self, error: greenroom_webdriver::LoadError) -> SessionFailure {
        let failure = SessionFailure {
            detail: chain(&error),
            session_lost: error.session_lost(),
        };
        if failure.session_lost
            && let Some(driver) = self.driver.take()
        {
            let _ = driver.close().await;
        }
        failure
    }
}

/// A browser of this machine, or one at an endpoint.
async fn new_driver(options: &DriverOptions, endpoint: Option<&Url>) -> Result<Driver, StartError> {
    match endpoint {
        None => Driver::start(options.clone()).await,
        Some(endpoint) => Driver::connect(endpoint.clone(), options).await,
    }
}

impl SessionDriver for Sessions {
    async fn load(&mut self, visit: &Visit) -> Result<PageLoad, SessionFailure> {
        match self.driver().await?.load(visit).await {
            Ok(load) => Ok(load),
            Err(error) => Err(self.failed(error).await),
        }
    }

    async fn load_again(&mut self, visit: &Visit) -> Result<PageLoad, SessionFailure> {
        match self.driver().await?.load_again(visit).await {
            Ok(load) => Ok(load),
            Err(error) => Err(self.failed(error).await),
        }
    }

    async fn prove(
        &mut self,
        device: &DeviceProfile,
        network: &NetworkProfile,
    ) -> Result<ThrottleReading, SessionFailure> {
        let Some(probe_url) = self.probe_url.clone() else {
            return Err(SessionFailure {
                detail: "the target has no probe resource to prove a throttle with".to_owned(),
                session_lost: false,
            });
        };
        match self
            .driver()
            .await?
            .prove(device, network, &probe_url)
            .await
        {
            Ok(reading) => Ok(ThrottleReading {
                cpu_ratio: reading.cpu_ratio,
                rtt_ms: reading.rtt_ms,
                down_kbps: reading.down_kbps,
            }),
            Err(error) => Err(self.failed(error).await),
        }
    }

    fn take_screenshot(&mut self) -> Option<Vec<u8>> {
        self.driver.as_mut()?.take_screenshot()
    }

    fn session(&self) -> u32 {
        self.started
    }
}
